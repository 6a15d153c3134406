/// The keys of `[server]` about the completion port, and about what the server tells of itself. The main thread.

internal import CompletionPort
internal import Server

extension ConfigurationSchema {
    static var engine: ConfigurationKey<ServerConfiguration> {
        let engine = ValueKind<String>.text(.choice(EngineWish.allCases.map(\.rawValue)))
            .mapped({ EngineWish(rawValue: $0) }, back: \.rawValue, otherwise: "is not known")
        return ConfigurationKey(
            "engine",
            \.engine,
            engine,
            """
            What the completion ports are made of: `io_uring`, or `epoll` where the kernel is older than 6.1 or a filter \
            forbids the former, as most containers do. `auto` tries the first and falls back to the second; the ready line \
            says which it is, and why. With `io_uring` the server does not start where that can't be had.
            """
        )
    }

    static var status: ConfigurationKey<ServerConfiguration> {
        ConfigurationKey(
            "status",
            \.status,
            .optionalText(.file("run/status.sock").orEmpty),
            """
            The socket by which `ringport status` asks the server: it answers the server's user and root. `""` is for none.
            """,
            otherwise: "`status.sock` in `[store] folder`, else a name in the user's `XDG_RUNTIME_DIR` or `/run`"
        )
    }
}
