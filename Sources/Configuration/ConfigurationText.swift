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
        let reading = read(text: text, path: path, over: configuration)
        if let error = reading.errors.first { throw error }
        configuration = reading.configuration
    }

    /// Reads a text to its end, whatever is wrong with it.
    ///
    /// - Parameters:
    ///   - text: TOML.
    ///   - path: what errors call the text.
    ///   - defaults: what holds where the text says nothing.
    /// - Returns: what the text comes to where it is right, and all that is wrong.
    package static func read(
        text: String,
        path: String,
        over defaults: ServerConfiguration
    ) -> ConfigurationReading {
        let root: TOMLNode
        do throws(ConfigurationProblem) {
            root = try TOMLReader.read(text)
        } catch {
            let error = ConfigurationError(path: path, line: error.line, reason: error.reason)
            return ConfigurationReading(configuration: defaults, errors: [error], isReadable: false)
        }
        var configuration = defaults
        var problems: [ConfigurationProblem] = []
        ConfigurationSchema.root.apply(root, "", to: &configuration, &problems)
        let wrongKeys = problems.compactMap(\.key)
        for contradiction in configuration.contradictions {
            // With another value of a key that was not taken there may be none.
            let isMoot = words(contradiction).contains { word in
                wrongKeys.contains { $0 == word || $0.hasSuffix(".\(word)") }
            }
            guard !isMoot else { continue }
            let problem = ConfigurationProblem(line: line(of: contradiction, in: root), reason: contradiction)
            // Checks of a table and of the whole may find the same.
            if !problems.contains(where: { $0.reason == problem.reason }) { problems.append(problem) }
        }
        let sorted = problems.enumerated().sorted {
            ($0.element.line ?? 0, $0.offset) < ($1.element.line ?? 0, $1.offset)
        }
        let errors = sorted.map { _, problem in
            ConfigurationError(path: path, line: problem.line, reason: problem.reason, key: problem.key)
        }
        return ConfigurationReading(configuration: configuration, errors: errors)
    }

    /// Gives the keys that no reload applies the values that hold.
    ///
    /// - Parameters:
    ///   - configuration: the values that are wanted; changed.
    ///   - old: the values that hold.
    /// - Returns: the names of the keys whose wanted values wait for the next start.
    package static func holdBack(_ configuration: inout ServerConfiguration, to old: ServerConfiguration) -> [String] {
        ConfigurationSchema.root.holdBack(old, &configuration, "")
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
        words(sentence).compactMap { root.member($0.split(separator: "."))?.line }.max()
    }

    private static func words(_ sentence: String) -> [Substring] { sentence.split { " ,;".contains($0) } }
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
