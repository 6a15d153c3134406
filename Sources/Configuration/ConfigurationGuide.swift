/// `docs/CONFIGURATION.md`, made of the tables of keys alone. Pure; test threads.

internal import Server

/// A table of the configuration as the guide shows it.
struct GuideSection {
    let title: String
    let meaning: String
    let rows: [GuideRow]
    let example: String

    var lines: [String] {
        let heading = [
            "", "## `\(title)`", "", meaning, "", "| key | default | takes | from | meaning |",
            "| --- | --- | --- | --- | --- |",
        ]
        return heading + rows.map(\.line) + ["", "```toml"] + [example, "```"]
    }
}

/// A key as the guide shows it.
struct GuideRow {
    let name: String
    let usual: String
    let takes: String
    let appliesAtReload: Bool
    let meaning: String

    init(name: String, usual: String, takes: String, appliesAtReload: Bool, meaning: String) {
        self.name = name
        self.usual = usual
        self.takes = takes
        self.appliesAtReload = appliesAtReload
        self.meaning = meaning
    }

    /// - Parameters:
    ///   - key: the key.
    ///   - defaults: what holds when the text says nothing.
    init<Target>(_ key: ConfigurationKey<Target>, _ defaults: Target) {
        let usual =
            key.isRequired ? "none, it is needed" : key.otherwise ?? key.text(defaults).map { "`\($0)`" } ?? "none"
        self.init(
            name: "`\(key.name)`",
            usual: usual,
            takes: key.takes,
            appliesAtReload: key.appliesAtReload,
            meaning: key.meaning
        )
    }

    var line: String {
        let cells = [name, usual, takes, appliesAtReload ? "reload" : "start", meaning].map {
            $0.split(separator: "|").joined(separator: "\\|")
        }
        return "| \(cells.joined(separator: " | ")) |"
    }
}

package enum ConfigurationGuide {
    /// The whole text.
    package static var text: String {
        let sections = ConfigurationSchema.root.tables.flatMap { table in
            table.guide(.usual(root: "", workers: 1, handlerFolders: []), table.name)
        }
        return ([introduction] + sections.flatMap(\.lines)).joined(separator: "\n") + "\n"
    }

    /// The examples, each a configuration of its own.
    static var examples: [String] {
        ConfigurationSchema.root.tables.flatMap { table in
            table.guide(.usual(root: "", workers: 1, handlerFolders: []), table.name).map(\.example)
        }
    }

    private static let introduction = """
        # Configuration

        <!-- Made of Sources/Configuration by: RINGPORT_WRITE_DOCS=1 swift test --filter GeneratedConfiguration -->

        A site's `ringport.toml` is optional, and so are its tables and keys. `--config FILE` names another file, which must
        exist then. What the command line says (`--listen`, `--workers`, `--engine`) counts more than the file.

        `ringport check --root DIR` prints what holds, every key with its value, as a configuration that can be used again;
        then it opens what the server would open. It says all that is wrong with the file, each with its line, and which name
        was probably meant. A wrong file ends `serve` and `check` with status 78. An address that this site's own running server
        has is only noted, so that `ringport check && systemctl restart mysite` works.

        Sizes are bytes. Times are seconds and may have fractions. Paths of files are relative to the site (`--root`) or
        absolute. What happens when a limit is reached is in [ARCHITECTURE.md](../ARCHITECTURE.md), section 6, with the limits
        that have no key.

        SIGHUP reads the file again, and with it the files of passwords and media types and the folders that are served. Keys
        with `reload` in the column *from* hold from then on; those with `start` hold from the next start on, and are named in
        `logs/error.log` and on standard error while the file says something new about them. Requests under way end by the old
        rules. When anything is wrong, all of it is said there, and everything stays as it was. `--config FILE` is read again
        from the same path and must still exist; the command line still counts more.

        In patterns of paths `*` stands for any letters but `/`, `**` for any letters, `?` for one that is not `/`. Paths are
        compared as they are after percent-decoding.
        """
}
