/// A part of a site that asks for a user and a password. Any thread reads it, nobody changes it while the server runs.

internal import Passwords
internal import Platform
internal import Synchronization

/// A realm of RFC 7617.
struct Realm: Sendable {
    /// No other realm of this process has it, one that a reload has made of the same rule included: what is kept in mind of an
    /// earlier one says nothing about this.
    let number = Self.numbers.add(1, ordering: .relaxed).newValue
    private static let numbers = Atomic(0)

    /// As it stands between quotation marks.
    let name: [UInt8]
    let passwords: PasswordFile

    init(_ rule: ProtectionRule, _ configuration: ServerConfiguration) throws(StartError) {
        name = rule.realm.utf8.flatMap { byte in
            byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") ? [UInt8(ascii: "\\"), byte] : [byte]
        }
        let path = configuration.path(rule.file)
        let text: [UInt8]
        do {
            text = try SmallFile.read(path, sizeMax: Limits.configuredFileSizeMax)
        } catch {
            throw .passwords(path: path, "read \(path): \(error)")
        }
        do { passwords = try PasswordFile(text) } catch { throw .passwords(path: path, "\(path):\(error)") }
    }
}
