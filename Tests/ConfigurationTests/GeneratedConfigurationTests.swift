/// That docs/CONFIGURATION.md is what the code says. Test threads.
///
/// `RINGPORT_WRITE_DOCS=1 swift test --filter GeneratedConfiguration` writes it.

import Glibc
import Testing

@testable import Configuration

@Suite struct GeneratedConfigurationTests {
    private static let path = "docs/CONFIGURATION.md"

    @Test func theGuideIsWhatTheCodeSays() throws {
        if TextFile.isWritten { try #require(TextFile.write(ConfigurationGuide.text, to: Self.path)) }
        let text = try #require(TextFile.read(Self.path), "there is no \(Self.path)")
        #expect(
            text == ConfigurationGuide.text,
            "\(Self.path): RINGPORT_WRITE_DOCS=1 swift test --filter GeneratedConfiguration"
        )
    }

    @Test func everyExampleIsAccepted() {
        for example in ConfigurationGuide.examples { #expect(complaint(example) == "nothing", "\(example)") }
        #expect(complaint(ConfigurationGuide.examples.joined(separator: "\n")) == "nothing", "all of them together")
    }

    @Test func everyKeySaysWhatItMeans() {
        for line in ConfigurationGuide.text.split(separator: "\n") where line.hasPrefix("| ") {
            #expect(!line.contains("|  |"), "\(line)")
        }
    }
}
