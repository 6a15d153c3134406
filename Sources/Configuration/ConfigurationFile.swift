/// Reading `ringport.toml`. The main thread.

internal import Glibc
internal import Platform
package import Server

package enum ConfigurationFile {
    /// Changes the configuration as the file says.
    ///
    /// - Parameters:
    ///   - path: of the file.
    ///   - isRequired: a file that is not there is an error; otherwise the defaults stand.
    ///   - configuration: what the file changes.
    /// - Throws: what is wrong with the file, and in which line.
    package static func apply(
        _ path: String,
        isRequired: Bool,
        to configuration: inout ServerConfiguration
    ) throws(ConfigurationError) {
        guard let text = try read(path, isRequired: isRequired) else { return }
        try ConfigurationText.apply(text: text, path: path, to: &configuration)
    }

    private static func read(_ path: String, isRequired: Bool) throws(ConfigurationError) -> String? {
        guard let file = unsafe fopen(path, "re") else {
            if errno == ENOENT, !isRequired { return nil }
            throw ConfigurationError(path: path, line: nil, reason: SystemError.reason(errno))
        }
        defer { unsafe _ = fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = unsafe fread(&buffer, 1, buffer.count, file)
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        guard unsafe ferror(file) == 0 else {
            throw ConfigurationError(path: path, line: nil, reason: SystemError.reason(errno))
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ConfigurationError(path: path, line: nil, reason: "is not UTF-8")
        }
        return text
    }
}
