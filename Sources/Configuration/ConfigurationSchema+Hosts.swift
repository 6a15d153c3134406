/// The tables of virtual hosts. The main thread.

internal import Server

extension ConfigurationSchema {
    static var host: ConfigurationTable<ServerConfiguration> {
        .list(
            "host",
            """
            A virtual host: what holds for requests that name it in their Host field. Requests for other names get what the \
            top level says. A host may have tables of its own: `[host.files]`, `[host.security]`, `[host.cors]`, \
            `[[host.cache]]`, `[[host.fields]]`, `[[host.redirect]]`, `[[host.rewrite]]`, `[[host.auth]]`. Keys that it does \
            not say are those of the top level. A list of its own takes the place of the top level's, where `cache` and \
            `fields` are one list; `redirect = []` takes away.
            """,
            TableBody(keys: hostKeys, tables: [hostFiles] + hostTables) { node, host in
                replaceFields(of: &host.rules, node)
            }.appliedAtReload(),
            example: """
                [[host]]
                names = ["example.org", "*.example.org"]
                www = "example.org"

                [host.security]
                frame_options = "DENY"

                [[host.redirect]]
                from = "/old"
                to = "/new"

                [[host]]
                names = ["www.example.com"]
                redirect_to = "https://example.com"
                """,
            blank: { HostRules(names: [], rules: $0.rules) },
            check: { host, others in
                let taken = host.names.first { name in others.contains { $0.names.contains(name) } }
                return taken.map { "has the name \(TOMLText.quoted($0)), which another host has too" }
            },
            elements: { $0.hosts },
            put: { $0.hosts = $1 }
        )
    }

    private static var hostKeys: [ConfigurationKey<HostRules>] {
        [
            ConfigurationKey(
                "names",
                \.names,
                .list("a list of names such as [\"www.example.com\"]", of: .hostName, isEmptyAllowed: false),
                "The names, in small letters and without a port. `*.` at the beginning stands for one part or more.",
                isRequired: true
            ),
            ConfigurationKey("www", \.rules.files.www, .text(.file("www")), "The folder that is served."),
            ConfigurationKey(
                "redirect_to",
                \.redirectTo,
                .text(.origin("an origin such as \"https://example.com\"").orEmpty),
                "Where every request is sent, its path and query behind it. Empty: requests are answered."
            ),
        ]
    }

    private static var hostFiles: ConfigurationTable<HostRules> {
        .table(
            "files",
            "",
            TableBody(keys: fileKeys).appliedAtReload().lifted(\HostRules.rules.files),
            example: ""
        )
    }

    private static var hostTables: [ConfigurationTable<HostRules>] {
        SiteSchema.tables.map { $0.lifted(\HostRules.rules) }
    }

    /// Both kinds of rules for fields make one list, so that one of them is enough to begin it anew.
    static func replaceFields(of rules: inout SiteRules, _ node: TOMLNode) {
        let names: [Substring] = ["cache", "fields"]
        if names.contains(where: { node.member([$0]) != nil }) { rules.fields = [] }
    }
}
