/// Every table of `ringport.toml` that says how the server runs. The main thread.

internal import HandlerPool
internal import Server
internal import Store

enum ConfigurationSchema {
    /// The whole file.
    static var root: TableBody<ServerConfiguration> {
        let site = SiteSchema.tables.map { $0.lifted(\ServerConfiguration.rules) }
        // Hosts begin with what the site has, so they come last.
        return TableBody(
            tables: [server, files, compression] + site
                + [host, log, limits, deadlines, pool, store, uploads, handlers]
        ) { node, configuration in
            replaceFields(of: &configuration.rules, node)
        }
    }

    private static var server: ConfigurationTable<ServerConfiguration> {
        let texts = ValueKind<[String]>.list(
            "a list of addresses such as [\"127.0.0.1:8080\"]",
            of: .address,
            isEmptyAllowed: false
        )
        let addresses = ValueKind<[ListenAddress]>(takes: texts.takes) { (node) throws(ValueProblem) in
            let addresses = try texts.read(node).compactMap { ListenAddress($0) }
            if let clash = ListenAddress.clash(among: addresses) { throw ValueProblem(node, clash) }
            return addresses
        } text: {
            texts.text($0.map(\.description))
        }
        let permissions = ValueKind<String>.text(.permissions).mapped(
            { UInt32($0, radix: 8) },
            back: { "0" + String(String($0 | 0o1000, radix: 8).dropFirst()) },
            otherwise: "is permissions such as \"0660\""
        )
        return .table(
            "server",
            "Where the server listens, and with how many threads it serves.",
            TableBody(keys: [
                ConfigurationKey(
                    "listen",
                    \.listen,
                    addresses,
                    """
                    Addresses to listen on: IPv4, IPv6 in brackets, or `localhost`, which is 127.0.0.1. An IPv6 address takes \
                    no IPv4 connections; `:8080`, which may be written `*:8080`, is every address of both families. Port 0 takes a \
                    free one, which the ready line names. `unix:/run/ringport.sock` is a Unix socket; a path without a slash at its \
                    beginning is relative to the site. A socket's file that a killed server has left is replaced, one that somebody \
                    listens on is not, and a stop removes it.
                    """
                ),
                ConfigurationKey(
                    "socket_mode",
                    \.listenRules.socketMode,
                    permissions,
                    "Permissions of the file of a Unix socket. Who may write it may connect; the umask does not count."
                ),
                ConfigurationKey(
                    "socket_owner",
                    \.listenRules.socketOwner,
                    .text(.owner.orEmpty),
                    """
                    Whose that file is, as `user`, `user:group` or `:group`, by name or number; `""` for the server's user and \
                    group. Only root may give it to another user.
                    """
                ),
                ConfigurationKey(
                    "freebind",
                    \.listenRules.bindsFreely,
                    .flag,
                    "Addresses may be listened on that the machine does not have yet (IP_FREEBIND of ip(7))."
                ),
                ConfigurationKey(
                    "workers",
                    \.workers,
                    .count(1...256),
                    """
                    Completion workers, the threads that serve connections. The processors that the process may use are those of \
                    its affinity mask, and no more than the processor time that its control group may have, rounded up.
                    """,
                    otherwise: "one for each processor that the process may use"
                ), engine, status, trustedProxies, proxyField,
            ]),
            example: """
                [server]
                listen = ["*:80", "unix:/run/ringport.sock"]
                workers = 2
                proxies = ["127.0.0.1", "::1"]
                """
        )
    }

    private static var limits: ConfigurationTable<ServerConfiguration> {
        .table(
            "limits",
            "How much the server takes and keeps. A worker has its own share of each unless it says otherwise.",
            TableBody<Limits>(
                keys: TableBody(keys: requestLimits + passwordLimits).appliedAtReload().keys + workerLimits
            ).lifted(\ServerConfiguration.limits),
            example: """
                [limits]
                body_size_max = 8388608
                connections_max = 5000
                """
        )
    }

    private static var workerLimits: [ConfigurationKey<Limits>] {
        [
            ConfigurationKey(
                "connections_max",
                \.connectionsMax,
                .count(1...1_000_000),
                """
                Open connections of a worker. When all workers have as many, one more takes the place of one of the address that \
                has most, an idle one first, or waits.
                """
            ),
            ConfigurationKey(
                "direct_sockets_max",
                \.directSocketsMax,
                .count(0...1_000_000),
                """
                Connections of a worker beyond the process's `ulimit -n`, which the server raises as far as it may. They \
                are kept in a table of the worker's ring, of at most so many places as that limit (Linux 6.14); without \
                one, or with 0, further connections wait to be accepted.
                """
            ),
            ConfigurationKey(
                "pipelined_max",
                \.pipelinedMax,
                .count(1...1024),
                "Unanswered requests of a connection. Its next one is read when an answer has left.",
                appliesAtReload: true
            ),
            ConfigurationKey(
                "exchanges_max",
                \.exchangesMax,
                .count(1...1_000_000),
                """
                Requests of a worker that wait for a file or a handler. One more takes the place of one of the address that has \
                most, or is answered with 503. At least `pipelined_max`.
                """
            ),
            ConfigurationKey(
                "calls_max",
                \.callsMax,
                .count(1...1_000_000),
                """
                Calls of handlers that are open at a time, of all workers. One more takes the place of one of the address that has \
                most, or is answered with 503.
                """
            ),
            ConfigurationKey(
                "receive_buffer_count",
                \.receiveBufferCount,
                .count(1...32_768),
                """
                Receive buffers of a worker, a power of two, of 4 KiB each. They are lent only while bytes arrive; more help \
                when many clients send at the same moment.
                """
            ),
            ConfigurationKey(
                "submissions_max",
                \.submissionsMax,
                .count(1...32_768),
                """
                Operations that a worker hands to the kernel in one call. With more, it makes another call. The kernel rounds up to a \
                power of two.
                """
            ),
            ConfigurationKey(
                "packets_max",
                \.packetsMax,
                .count(2...65_536),
                """
                Results of operations that a worker's queue holds. The kernel keeps more aside, which costs time. At least twice \
                `submissions_max`.
                """
            ),
            ConfigurationKey(
                "outputs_max",
                \.outputsMax,
                .count(1...65_536),
                """
                Output blocks of a worker, of 64 KiB each, for connections that have something to send. One more connection \
                waits.
                """
            ),
            ConfigurationKey(
                "file_cache_size_max",
                \.fileCacheSizeMax,
                .count(0...(1 << 40)),
                "Bytes of files that a worker keeps in memory. What was not used lately is dropped. 0 keeps none.",
                appliesAtReload: true
            ),
        ]
    }

    private static var deadlines: ConfigurationTable<ServerConfiguration> {
        func key(_ name: String, _ path: WritableKeyPath<Deadlines, Duration>, _ meaning: String)
            -> ConfigurationKey<Deadlines>
        {
            ConfigurationKey(name, path, .seconds, meaning)
        }
        let keys = [
            key("head", \.head, "For a request's head to arrive as a whole, from its first byte. Then 408."),
            key(
                "body",
                \.body,
                """
                For a request's content to arrive, from the end of the head. It may take longer as long as it has come with \
                `limits.body_rate_min` bytes a second beyond these. Then 408.
                """
            ),
            key("idle", \.idle, "Between two requests of a connection, and before its first. Then it is closed."),
            key(
                "send",
                \.send,
                "Between two signs that the client takes what it is sent. Then its connection is reset."
            ),
            key(
                "handler",
                \.handler,
                "For a handler to answer. Then 504. A password waits as long to be compared. Then 503."
            ),
            key("linger", \.linger, "For a client to finish after the server has. Then its connection is closed."),
            key(
                "drain",
                \.drain,
                """
                For everything under way to finish when the server stops. Then it is cut off, and the program ends with \
                status 75. A request whose header is not whole by then is not under way.
                """
            ),
        ]
        return .table(
            "deadlines",
            "How many seconds each step may take.",
            TableBody(keys: keys).appliedAtReload().lifted(\ServerConfiguration.deadlines),
            example: """
                [deadlines]
                idle = 15
                head = 2.5
                """
        )
    }

    private static var pool: ConfigurationTable<ServerConfiguration> {
        .table(
            "pool",
            "The threads that run handlers, and whatever else takes long.",
            TableBody<PoolLimits>(keys: [
                ConfigurationKey("threads_min", \.threadsMin, .count(1...999), "Threads that are always there."),
                ConfigurationKey(
                    "threads_max",
                    \.threadsMax,
                    .count(1...999),
                    "Threads at most, added while calls wait. At least `threads_min`."
                ),
                ConfigurationKey(
                    "queue_max",
                    \.queueMax,
                    .count(1...1_000_000),
                    """
                    Waiting calls. One more takes the place of one of the address that has most, or is answered with 503. At least \
                    `threads_max`.
                    """
                ),
                ConfigurationKey(
                    "niceness",
                    \.niceness,
                    .count(0...19),
                    """
                    The niceness of these threads (`nice(2)`): handlers that compute stand back for the threads that serve clients. \
                    0 makes them equals; the threads that a handler starts have the same.
                    """
                ),
            ]).lifted(\ServerConfiguration.pool),
            example: """
                [pool]
                threads_max = 16
                """
        )
    }

    private static var store: ConfigurationTable<ServerConfiguration> {
        .table(
            "store",
            "The database of forms and handlers, `db/ringport.db`.",
            TableBody(keys: [
                ConfigurationKey(
                    "folder",
                    \.storeFolder,
                    .text(.file("db")),
                    """
                    The folder of the database, its lock and uploaded files, for a site that may not be written to. It is made \
                    when it is first needed, in a folder that exists. The site's own migrations stay in `db/migrations`.
                    """
                ),
                ConfigurationKey(
                    "writes_queued_max",
                    \.store.writesQueuedMax,
                    .count(1...1_000_000),
                    """
                    Writes that wait or are being stored. When there are more, the address that has most loses its newest to one \
                    that has less; else one more is refused as busy: forms answer with 503. One commit takes up to 512.
                    """
                ),
                ConfigurationKey(
                    "writes_queued_size_max",
                    \.store.writesQueuedSizeMax,
                    .count(1...(1 << 40)),
                    """
                    Bytes of these writes, shared in the same way. A form may become six times as large as its content. One that \
                    is larger by itself is stored when no other waits.
                    """
                ),
            ]),
            example: """
                [store]
                folder = "/var/lib/mysite"
                writes_queued_max = 1024
                """
        )
    }

    private static var log: ConfigurationTable<ServerConfiguration> {
        .table(
            "log",
            "What is noted about requests, and where.",
            TableBody<LogRules>(keys: [
                ConfigurationKey(
                    "folder",
                    \.folder,
                    .text(.file("logs")),
                    """
                    The folder of `access.log` and `error.log`, in no folder of pages. It is made when it is missing, in a folder \
                    that exists. Where it can't be written to, the start says so: messages go to standard error then, and no access log is written.
                    """
                ),
                ConfigurationKey(
                    "access",
                    \.access,
                    .literals([("true", .file), ("false", .off), ("\"stdout\"", .standardOutput)]),
                    """
                    A line for each request: in `access.log`, nowhere, or on the standard output of `ringport serve`, which says \
                    nothing else there. Why requests were refused is in the error log in any case.
                    """
                ),
                ConfigurationKey(
                    "error",
                    \.error,
                    .literals([("true", .file), ("\"stderr\"", .standardError)]),
                    "Messages, and why requests were refused: in `error.log`, or on standard error."
                ),
            ]).lifted(\ServerConfiguration.log),
            example: """
                [log]
                folder = "/var/log/mysite"
                access = "stdout"
                error = "stderr"
                """
        )
    }

    private static var handlers: ConfigurationTable<ServerConfiguration> {
        .table(
            "handlers",
            "The libraries that answer what files do not.",
            TableBody(keys: [
                ConfigurationKey(
                    "enabled",
                    \.handlers,
                    .optionalList("a list of names such as [\"forms\"]", of: .handlerName),
                    """
                    Names of the handlers to use. Each is `lib<name>.so` in the site's `handlers/`, beside the program, or in \
                    `../lib/ringport` from there. `[]` uses none.
                    """,
                    otherwise: "forms, and every library in the site's `handlers/`"
                )
            ]),
            example: """
                [handlers]
                enabled = ["forms"]
                """
        )
    }
}
