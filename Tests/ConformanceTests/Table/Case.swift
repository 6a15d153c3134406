/// One row of the table: what is asked, and what may be answered. Pure, any thread.

/// A case of the conformance suite.
struct Case: Sendable, CustomStringConvertible {
    /// Where the rule stands, such as "RFC 9112 §2.2".
    let section: String
    /// What is claimed, in a sentence.
    let claim: String
    /// The bytes to send, in the notation of `Wire`.
    let request: String
    /// What may come of it; the first is what Ringport does.
    let expected: Expected
    /// Why other servers are not asked this; `nil` when they are.
    let onlyRingport: String?
    /// What is sent once something was answered: the content that a client holds back (RFC 9110 §10.1.1).
    let held: String
    /// The methods of the requests in order, for those that read the answers.
    let methods: [String]

    init(
        _ section: String,
        _ claim: String,
        _ request: String,
        _ expected: Expected,
        onlyRingport: String? = nil,
        held: String = "",
        methods: [String]? = nil
    ) {
        self.section = section
        self.claim = claim
        self.request = request
        self.expected = expected
        self.onlyRingport = onlyRingport
        self.held = held
        self.methods = methods ?? [String(request.prefix { $0 != " " })]
    }

    var description: String { "\(section): \(claim)" }
}
