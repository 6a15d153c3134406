/// What a configuration's text changes, and what is said about a wrong one. Test threads.

import Configuration
import Server
import Testing

@Suite struct ConfigurationTextTests {
    private static func applied(_ text: String) throws(ConfigurationError) -> ServerConfiguration {
        var configuration = ServerConfiguration(
            root: "site",
            listen: [ListenAddress(host: "127.0.0.1", port: 8080, isIPv6: false)],
            workers: 1,
            handlerFolders: []
        )
        try ConfigurationText.apply(text: text, path: "ringport.toml", to: &configuration)
        return configuration
    }

    @Test func aKeyChangesItsValue() throws {
        let configuration = try Self.applied("[limits]\nbody_size_max = 4096\n")
        #expect(configuration.limits.bodySizeMax == 4096)
    }

    @Test func anEmptyTextChangesNothing() throws {
        #expect("\(try Self.applied(""))" == "\(try Self.applied("[limits]\n"))")
    }

    @Test func aWrongKeyIsNamedWithItsLine() {
        let error = #expect(throws: ConfigurationError.self) { try Self.applied("[limits]\nbody_size_mx = 4096\n") }
        #expect(
            error?.description == "ringport.toml:2: limits.body_size_mx is not known; did you mean body_size_max?"
        )
    }
}
