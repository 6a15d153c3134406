/// The built-in page that a form leads to. A value; any thread.

internal import HandlerHost
internal import HTTP

/// The answer for `/thanks.html` of a site that has no such file.
///
/// The forms handler sends a browser to that address, unless the form names another. The page comes only where a 404 would:
/// files, handlers, passwords, redirections, rewritings, lists and the fallback come before it. It has every address that the
/// file would have, so `/thanks` as well where addresses are clean.
struct ThanksPage: Sendable {
    /// True when the forms handler is loaded: without it nothing leads to the page.
    let isServed: Bool

    /// - Parameter handlers: the names of the handlers that are loaded.
    init(handlers: [String]) {
        isServed = handlers.contains("forms")
    }

    /// The answer to a request for whose address there is nothing else.
    ///
    /// A page that is not to be kept has no validator (RFC 9110 §8.8): of the conditions those with an asterisk hold, and a
    /// Range is ignored, as §14.2 allows.
    ///
    /// - Parameters:
    ///   - head: the request's, GET or HEAD.
    ///   - bytes: those that the head's positions refer to.
    ///   - path: its path, decoded and rewritten.
    ///   - realm: the realm whose password the request has shown; -1 for none.
    ///   - policy: the rules of its site.
    /// - Returns: `nil` when the page does not answer for the path.
    func answer(
        _ head: RequestHead,
        in bytes: Span<UInt8>,
        path: Span<UInt8>,
        realm: Int,
        _ policy: SitePolicy
    ) -> Exchange.Reply? {
        guard isServed, Self.answers(path, policy.names) else { return nil }
        // The file would be guarded by its own path too, whatever address leads to it.
        let ownRealm = policy.realm(ofFile: Self.path)
        guard ownRealm < 0 || ownRealm == realm else { return nil }
        switch Conditions.evaluate(head, in: bytes, etag: bytes.extracting(0..<0), lastModified: nil) {
        case .proceed: return .handler(Self.page)
        case .notModified: return .handler(HandlerResponse(status: 304, fields: [Self.caching], body: []))
        case .preconditionFailed: return .refusal(.preconditionFailed)
        }
    }

    /// True when a file of that name would answer for the path by itself, and not as a folder's index.
    private static func answers(_ path: Span<UInt8>, _ names: FileNames) -> Bool {
        guard path.count > 1, path[path.count - 1] != UInt8(ascii: "/") else { return false }
        return names.paths(answeredBy: Self.path).contains { name in
            name.count == path.count && name.indices.allSatisfy { name[$0] == path[$0] }
        }
    }

    private static let path = Array("/thanks.html".utf8)

    /// The site may get a page of its own at any time.
    private static let caching: (name: StaticString, value: StaticString) = ("Cache-Control", "no-store")

    private static let page = HandlerResponse(
        status: 200,
        fields: [("Content-Type", "text/html; charset=utf-8"), caching],
        body: Array(html.utf8)
    )

    private static let html = """
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="robots" content="noindex">
        <title>Thank you</title>
        <style>
        :root { color-scheme: light dark; }
        body { max-width: 36rem; margin: 4rem auto; padding: 0 1.25rem; font: 1.0625rem/1.6 system-ui, sans-serif; }
        </style>
        <h1>Thank you.</h1>
        <p>Your message has arrived. <a href="/">Back to the beginning</a></p>
        </html>

        """
}
