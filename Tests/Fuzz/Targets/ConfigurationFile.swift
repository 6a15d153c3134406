/// ringport.toml: any text is taken, or refused with words about it. Any thread.

internal import Configuration
internal import Server

func fuzzConfiguration(_ bytes: [UInt8]) {
    guard let text = String(validating: bytes, as: UTF8.self) else { return }
    var configuration = ServerConfiguration(root: ".", listen: [], workers: 1, handlerFolders: [])
    do throws(ConfigurationError) {
        try ConfigurationText.apply(text: text, path: "ringport.toml", to: &configuration)
        precondition(configuration.contradictions.isEmpty, "what was taken does not contradict itself")
    } catch {
        precondition(error.description.hasPrefix("ringport.toml"), "an error says in which file: \(error)")
    }
}
