/// RFC 9110, HTTP semantics: what requests mean. What the cases of its sections share. Pure, any thread.

enum RFC9110 {
    static let text = Site.text
    static let modified = Site.modified
    static let bad = RFC9112.bad
    /// A day before the files were modified, the day itself in the older notations, and a day after.
    static let before = "Sat, 14 Jun 2025 15:06:40 GMT"
    static let after = "Mon, 16 Jun 2025 15:06:40 GMT"
    static let rfc850 = "Sunday, 15-Jun-25 15:06:40 GMT"
    static let asctime = "Sun Jun 15 15:06:40 2025"
    static let tag = "{tag /text.txt}"

    /// Whether a text is a date as servers must write it (§5.6.7).
    static func isDate(_ text: String?) -> Bool {
        let form = /(Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT/
        return text?.wholeMatch(of: form) != nil
    }
}
