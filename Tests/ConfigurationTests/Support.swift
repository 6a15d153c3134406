/// What the tests of the configuration share. Test threads.

import Server
import Testing

@testable import Configuration

/// What holds for a site without a file.
let usual = ServerConfiguration.usual(root: "site", workers: 2, handlerFolders: [])

/// The configuration that a text makes of the usual one.
func applied(_ text: String) throws(ConfigurationError) -> ServerConfiguration {
    var configuration = usual
    try ConfigurationText.apply(text: text, path: "ringport.toml", to: &configuration)
    return configuration
}

/// What is said about a text; "nothing" when it is accepted.
func complaint(_ text: String) -> String {
    do throws(ConfigurationError) {
        _ = try applied(text)
        return "nothing"
    } catch {
        return error.description
    }
}

/// Every key with its value.
func written(_ configuration: ServerConfiguration) -> String {
    ConfigurationText.text(of: configuration, defaults: usual)
}
