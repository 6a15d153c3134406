/// A part of a site that asks for a user and a password. Any thread reads it, nobody changes it while the server runs.

internal import CPlatform
internal import Glibc
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
        do { text = try readWhole(path) } catch { throw .passwords(path: path, "\(error)") }
        do { passwords = try PasswordFile(text) } catch { throw .passwords(path: path, "\(path):\(error)") }
    }
}

/// A small file's bytes.
func readWhole(_ path: String) throws(SystemError) -> [UInt8] {
    // Nothing waits for the other end of a pipe that was named by mistake: a server that reloads could not be stopped.
    let number = unsafe ringport_open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0)
    guard number >= 0 else { throw SystemError("read \(path)") }
    var attributes = stat()
    guard unsafe fstat(number, &attributes) == 0, attributes.st_mode & S_IFMT != S_IFIFO,
        let file = unsafe fdopen(number, "r")
    else {
        let isPipe = attributes.st_mode & S_IFMT == S_IFIFO
        let error = isPipe ? SystemError(ESPIPE, "read \(path)") : SystemError("read \(path)")
        _ = close(number)
        throw error
    }
    defer { unsafe _ = fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
        let count = unsafe fread(&buffer, 1, buffer.count, file)
        guard count > 0 else { break }
        bytes += buffer[..<count]
    }
    guard unsafe ferror(file) == 0 else { throw SystemError("read \(path)") }
    return bytes
}
