/// The tables about files: how they are looked up, coded and named. The main thread.

internal import Server

extension ConfigurationSchema {
    static var files: ConfigurationTable<ServerConfiguration> {
        let www = ConfigurationKey(
            "www",
            \FileRules.www,
            .text(.file("www")),
            """
            The folder that is served. It may be a link or lie behind one: when its path leads elsewhere, that folder is served \
            from then on, without a signal.
            """
        )
        let mediaTypes = ConfigurationKey(
            "media_types",
            \ServerConfiguration.mediaTypes.file,
            .text(.file("/etc/mime.types").orEmpty),
            """
            A file of media types and their extensions, as Debian's package media-types has it. It may be missing: then a \
            table that is built in is used.
            """
        )
        let keys = ([www] + fileKeys).map { $0.lifted(\ServerConfiguration.rules.files) } + [mediaTypes]
        return .table(
            "files",
            "Which files are served, and for which addresses. A virtual host may have its own, but for the media types.",
            TableBody(keys: keys, tables: [types]).appliedAtReload(),
            example: """
                [files]
                www = "public"
                clean_urls = true
                index = ["index.html", "index.txt"]
                """
        )
    }

    /// Keys that a virtual host may have too.
    static var fileKeys: [ConfigurationKey<FileRules>] {
        let symlinks = ValueKind<String>.text(.choice(FileRules.Symlinks.allCases.map(\.rawValue)))
            .mapped({ FileRules.Symlinks(rawValue: $0) }, back: \.rawValue, otherwise: "is not known")
        return [
            ConfigurationKey(
                "index",
                \.index,
                .list("a list of files' names such as [\"index.html\"]", of: .fileName, isEmptyAllowed: false),
                "Files that answer for the folder they are in; the first that is there."
            ),
            ConfigurationKey(
                "clean_urls",
                \.cleanURLs,
                .flag,
                """
                Whether `/about` is answered by `about.html` where there is no file `about`, and `/release-1.2` by \
                `release-1.2.html`.
                """
            ),
            ConfigurationKey(
                "fallback",
                \.fallback,
                .text(.path.orEmpty),
                """
                The address of the file that answers for every address that is nothing else, such as `/index.html` for a \
                single-page application. Addresses whose last part has a dot are left out. Empty: 404.
                """
            ),
            ConfigurationKey(
                "listing",
                \.listing,
                .flag,
                """
                Whether a folder without an index is listed, as HTML, or as JSON to a client that asks for it. A list has what \
                can be asked for: no name that is not UTF-8 or has a control character, links as `symlinks` says, and what asks \
                for a password only where the list itself asks for the same one.
                """
            ),
            ConfigurationKey(
                "hidden",
                \.hidden,
                .flag,
                "Whether files and folders are served whose names begin with a dot. `/.well-known/` always is."
            ),
            ConfigurationKey(
                "symlinks",
                \.symlinks,
                symlinks,
                """
                What is done about symbolic links: `refuse` answers 404, `inside` follows those that stay beneath `www`, \
                `follow` follows all, wherever they lead. A link leads past no `[[auth]]`.
                """
            ),
        ]
    }

    private static var types: ConfigurationTable<ServerConfiguration> {
        .names(
            "types",
            """
            Media types by extension or by path, which count more than any other table. A path counts more than an extension, \
            one that means a single file more than a pattern, a longer pattern or extension more than a shorter one.
            """,
            \.mediaTypes.types,
            key: .typedFiles,
            keyName: "*an extension or a path*",
            .mediaType,
            appliesAtReload: true,
            example: """
                [files.types]
                foo = "application/x-foo"
                "tar.gz" = "application/gzip"
                "/.well-known/apple-app-site-association" = "application/json"
                "" = "text/plain"
                """
        )
    }

    static var compression: ConfigurationTable<ServerConfiguration> {
        .table(
            "compression",
            """
            Content codings. A file `name.br`, `name.zst` or `name.gz` that is not older than `name` is sent to clients that \
            take it, whatever the type of `name`; a time with fewer digits, as copying tools leave it, is compared with as many. \
            Where there is none, and the type is one that gets smaller, the server makes one for itself, on the pool, and sends \
            the plain file meanwhile; it makes none of a file that it does not keep in memory. An `.svgz` file is an \
            `image/svg+xml` in the coding gzip, and is sent so to every client, as there is nothing else to send.
            """,
            TableBody<CompressionRules>(
                keys: [
                    ConfigurationKey(
                        "enabled",
                        \.isEnabled,
                        .flag,
                        "Whether the server makes coded variants itself. Those that lie beside their files are used in any case."
                    ),
                    ConfigurationKey(
                        "codings",
                        \.codings,
                        .list("a list of \"br\", \"zstd\" and \"gzip\"", of: .choice(["br", "zstd", "gzip"])),
                        "The codings that are used. Where a client likes several equally, br comes before zstd, zstd before gzip."
                    ),
                    ConfigurationKey(
                        "size_min",
                        \.sizeMin,
                        .count(0...(1 << 30)),
                        "Bytes that a file must have for the server to code it."
                    ),
                    ConfigurationKey(
                        "size_max",
                        \.sizeMax,
                        .count(0...(1 << 30)),
                        "Bytes that a file may have for the server to code it."
                    ),
                    ConfigurationKey(
                        "cache_size_max",
                        \.cacheSizeMax,
                        .count(0...(1 << 40)),
                        "Bytes of the variants that the server keeps, for all workers together."
                    ),
                ],
                check: { $0.sizeMax < $0.sizeMin ? ("size_max", "is below compression.size_min") : nil }
            ).appliedAtReload().lifted(\ServerConfiguration.compression),
            example: """
                [compression]
                codings = ["zstd", "gzip"]
                size_max = 1048576
                """
        )
    }
}
