/// RFC 9112, HTTP/1.1: how messages are read. What the cases of its sections share. Pure, any thread.

enum RFC9112 {
    static let text = Site.text

    /// The request is faulty and answered with 400, and as nobody knows where the next begins, the server closes.
    static let refused = Expected.refused(400).or(.closed)

    /// The same where a server may also close at once or go on, having read the whole of what it refused.
    static let bad = Expected.refused(400).or(.status(400)).or(.closed)

    /// What is no method at all may be answered as one that nobody knows.
    static let noMethod = Expected.status(405, 501).thenEither

    /// The content is read, or the connection closed, and the answer is that to POST of a file: usually 405.
    ///
    /// RFC 9110 §9.3.3 leaves what a POST does to the resource, and §15.5.12 lets a server ask for a length.
    static let dropped = Expected.status(405).or(.status(405, 200, 403, 404, 411, 501).thenEither)

    /// One request in, one answer out, whatever it is.
    static let oneAnswer = Expected.refused(400).or(one)
    private static let one = Expected.status(400, 200, 403, 404, 405, 411, 413, 414, 415, 417, 431, 501, 505).thenEither
        .or(.closed)
}
