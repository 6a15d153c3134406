/// Files that are read, and files that can't be. Test threads.

import Glibc
import Server
import Testing

@testable import Configuration

@Suite struct ConfigurationFileTests {
    /// What is said about a file with these bytes, its folder left out.
    private func complaint(_ bytes: [UInt8]) throws -> String {
        var template = Array("/tmp/ringport-configuration-XXXXXX".utf8CString)
        let number = unsafe mkstemp(&template)
        try #require(number >= 0)
        let path = template.dropLast().map { UInt8(bitPattern: $0) }
        let name = String(decoding: path, as: UTF8.self)
        defer {
            close(number)
            unsafe unlink(name)
        }
        try #require(unsafe write(number, bytes, bytes.count) == bytes.count)
        return said(name)
    }

    private func said(_ path: String, isRequired: Bool = true) -> String {
        var configuration = usual
        do throws(ConfigurationError) {
            try ConfigurationFile.apply(path, isRequired: isRequired, to: &configuration)
            return "nothing"
        } catch {
            return "\(error.line.map { "\($0): " } ?? "")\(error.reason)"
        }
    }

    @Test func textsInUTF8AreRead() throws {
        #expect(try complaint([]) == "nothing")
        #expect(try complaint(Array("\u{FEFF}[server]\r\nworkers = 2\r\n".utf8)) == "nothing")
        #expect(try complaint(Array("[server]\nworker = 2".utf8)).hasPrefix("2: server.worker is not known"))
    }

    @Test func whatIsNotUTF8IsNamedWithItsLine() throws {
        #expect(
            try complaint(Array("[files]\nwww = \"".utf8) + [0xFC] + Array("\"\n".utf8))
                == "2: is not UTF-8; save it as UTF-8"
        )
        #expect(try complaint([0xFF, 0xFE, 0x5B, 0]) == "1: is UTF-16; save it as UTF-8")
    }

    @Test func whatIsNoFileIsNamed() {
        #expect(said("/tmp").hasPrefix("Is a directory; "))
        #expect(said("/nonexistent/ringport.toml").hasPrefix("No such file or directory; "))
        #expect(said("/nonexistent/ringport.toml", isRequired: false) == "nothing")
        #expect(said("/dev/zero").contains("is this the right file?"))
    }
}
