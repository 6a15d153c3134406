/// The text of a configuration, and what it changes. Pure: no file is touched; any thread.

package import Server

package enum ConfigurationText {
    /// Changes the configuration as the text says.
    ///
    /// - Parameters:
    ///   - text: TOML.
    ///   - path: what the error calls the text.
    ///   - configuration: what the text changes; nothing of it when the text is wrong.
    /// - Throws: what is wrong with the text, and in which line.
    package static func apply(
        text: String,
        path: String,
        to configuration: inout ServerConfiguration
    ) throws(ConfigurationError) {
        var changed = configuration
        do throws(ConfigurationProblem) {
            let root = try TOMLReader.read(text)
            try ConfigurationSchema.root.apply(root, "", to: &changed)
            if let contradiction = changed.contradiction {
                throw ConfigurationProblem(line: line(of: contradiction, in: root), reason: contradiction)
            }
        } catch {
            throw ConfigurationError(path: path, line: error.line, reason: error.reason)
        }
        configuration = changed
    }

    /// The configuration as TOML: every key with its value, and its default where that is another.
    ///
    /// - Parameters:
    ///   - configuration: whose values are written.
    ///   - defaults: the configuration of a site without a file.
    /// - Returns: a text that, applied to the defaults, yields the configuration again.
    package static func text(of configuration: ServerConfiguration, defaults: ServerConfiguration) -> String {
        var lines: [String] = []
        ConfigurationSchema.root.render(configuration, defaults: defaults, "", to: &lines)
        return lines.drop { $0.isEmpty }.joined(separator: "\n") + "\n"
    }

    /// The last line that sets one of the keys which a sentence names.
    private static func line(of sentence: String, in root: TOMLNode) -> Int? {
        sentence.split { " ,;".contains($0) }.compactMap { root.member($0.split(separator: "."))?.line }.max()
    }
}

extension ServerConfiguration {
    /// What holds for a site without a configuration.
    ///
    /// - Parameters:
    ///   - root: the site.
    ///   - workers: processors of the machine.
    ///   - handlerFolders: where handlers' libraries are, after the site's own folder.
    /// - Returns: the defaults.
    package static func usual(root: String, workers: Int, handlerFolders: [String]) -> ServerConfiguration {
        ServerConfiguration(
            root: root,
            listen: [ListenAddress(host: "127.0.0.1", port: 8080, isIPv6: false)],
            workers: workers,
            handlerFolders: handlerFolders
        )
    }
}
