/// A part of a site that asks for a user and a password. Any thread reads it, nobody changes it while the server runs.

internal import Passwords
internal import Platform

/// A realm of RFC 7617.
struct Realm: Sendable {
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
