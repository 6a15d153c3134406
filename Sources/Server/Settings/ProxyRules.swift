/// Proxies that stand before the server, as the configuration says it. A pure value; the main thread.
///
/// `TrustedProxies` is made of these at the start; workers read that.

internal import HTTP

/// The peers that speak for others, and the field in which they do.
package struct ProxyRules: Sendable, Equatable {
    /// The field that is read; the other one never is, as a proxy that does not know it passes on what a visitor put there.
    package enum Field: String, Sendable, CaseIterable {
        case xForwardedFor = "X-Forwarded-For"
        case forwarded = "Forwarded"
    }

    /// Peers whose word is taken; none: every request comes from where its connection comes from.
    package var trusted: [TrustedPeer] = []
    package var field = Field.xForwardedFor

    package init() {}
}
