/// The keys of `[server]` about proxies that stand before it. The main thread.

internal import Server

extension ConfigurationSchema {
    static var trustedProxies: ConfigurationKey<ServerConfiguration> {
        let peers = ValueKind<[String]>.list(
            "a list of addresses and ranges such as [\"127.0.0.1\", \"10.0.0.0/8\", \"unix\"]",
            of: .trustedPeer
        ).mapped({ $0.compactMap { try? TrustedPeer($0) } }, back: { $0.map(\.description) }, otherwise: "is not known")
        return ConfigurationKey(
            "proxies",
            \.proxies.trusted,
            peers,
            """
            Proxies in front of the server whose word is taken about whom they speak for: the log, forms and handlers get \
            the visitor's address in place of theirs. `unix` means all clients of Unix sockets. Name proxies only: whoever \
            connects from such an address can pretend to be anybody, and with `0.0.0.0/0` everybody can.
            """,
            appliesAtReload: true
        )
    }

    static var proxyField: ConfigurationKey<ServerConfiguration> {
        let field = ValueKind<String>.text(.choice(ProxyRules.Field.allCases.map(\.rawValue)))
            .mapped({ ProxyRules.Field(rawValue: $0) }, back: \.rawValue, otherwise: "is not known")
        return ConfigurationKey(
            "proxy_field",
            \.proxies.field,
            field,
            """
            The field in which those proxies name the visitor. The other one is not looked at. All its lines are read from \
            the right, through addresses that are in `proxies`, to the first that is not. It must be one that the proxy \
            writes itself: what it only passes on is the visitor's invention.
            """,
            appliesAtReload: true
        )
    }
}
