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
        guard let text = try text(path, .any, isRequired: isRequired) else { return }
        try ConfigurationText.apply(text: text, path: path, to: &configuration)
    }

    /// Reads a file to its end, whatever is wrong with it.
    ///
    /// - Parameters:
    ///   - path: of the file.
    ///   - isRequired: a file that is not there is an error; otherwise the defaults stand.
    ///   - isReload: the file was read before, and is to be one that can be read again: a pipe would yield nothing, or wait.
    ///   - hadText: in a reload, the file was there and not empty when it was last read, and has to be now. An editor or a copy
    ///     that is not complete would otherwise bring back the defaults, and take passwords and hosts away.
    ///   - defaults: what holds where the file says nothing.
    /// - Returns: what the file comes to where it is right, and all that is wrong.
    package static func read(
        _ path: String,
        isRequired: Bool,
        isReload: Bool = false,
        hadText: Bool = false,
        over defaults: ServerConfiguration
    ) -> ConfigurationReading {
        do throws(ConfigurationError) {
            var attributes = stat()
            let exists = unsafe stat(path, &attributes) == 0
            if hadText, !exists || attributes.st_mode & S_IFMT == S_IFREG && attributes.st_size == 0 {
                let reason = exists ? "is empty, and was not before" : "is gone"
                throw ConfigurationError(
                    path: path,
                    line: nil,
                    reason: "\(reason); for the defaults, leave a file with a comment (#)"
                )
            }
            guard let text = try text(path, isReload ? .regular : .any, isRequired: isRequired) else {
                return ConfigurationReading(configuration: defaults)
            }
            var reading = ConfigurationText.read(text: text, path: path, over: defaults)
            reading.hasText = !text.isEmpty
            return reading
        } catch {
            return ConfigurationReading(configuration: defaults, errors: [error], isReadable: false)
        }
    }

    private static func text(
        _ path: String,
        _ kind: SmallFile.Kind,
        isRequired: Bool
    ) throws(ConfigurationError) -> String? {
        let bytes: [UInt8]
        do throws(SmallFileError) {
            bytes = try SmallFile.read(path, kind, sizeMax: sizeMax)
        } catch .system(ENOENT) where !isRequired {
            return nil
        } catch {
            throw ConfigurationError(path: path, line: nil, reason: reason(error))
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            let isUTF16 = bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
            let reason = "is \(isUTF16 ? "UTF-16" : "not UTF-8"); save it as UTF-8"
            throw ConfigurationError(path: path, line: lineOfNonsense(bytes), reason: reason)
        }
        return text
    }

    /// The reason, and what to do, for a file that can't be read.
    private static func reason(_ error: SmallFileError) -> String {
        switch error {
        case .system(ENOENT): "\(error); name a file that is there, or leave --config away"
        case .system(EISDIR): "\(error); name the file in it"
        case .system(EACCES): "\(error); let the server's user read it"
        case .system: "\(error); look at the file"
        case .notRegular, .tooLarge: "\(error)"
        }
    }

    /// The line of the first byte that is not UTF-8.
    private static func lineOfNonsense(_ bytes: [UInt8]) -> Int {
        var line = 1
        for part in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            guard String(validating: part, as: UTF8.self) != nil else { break }
            line += 1
        }
        return line
    }

    /// Bytes that are read at most.
    private static let sizeMax = 16 << 20
}
