/// The fields the server and its handlers look up by name, found without hashing. Values; any thread.

/// A field whose first occurrence in a head is kept at hand.
///
/// All others are reached with `FieldIterator`.
package enum KnownField: UInt8, CaseIterable, Sendable {
    case host, connection, contentLength, transferEncoding, expect, upgrade
    case range, ifRange, ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince
    case accept, acceptEncoding, acceptLanguage, userAgent, referer, origin, authorization, cookie
    case contentType, contentEncoding, cacheControl, pragma, forwarded, xForwardedFor, xForwardedProto
    case xForwardedHost, xRequestID, xRequestedWith, idempotencyKey, secFetchSite

    /// How many there are; a test holds it to the list above.
    static var count: Int { 32 }

    var bit: UInt32 { 1 &<< UInt32(rawValue) }

    /// Recognises the name of `length` bytes at `start`: the length chooses a few candidates, whole words decide.
    ///
    /// A name that is recognised is a token, so that only the others need to be read byte by byte.
    @inline(__always)
    static func recognise(_ bytes: Span<UInt8>, at start: Int, length: Int) -> KnownField? {
        @inline(__always)
        func named(_ literal: StaticString) -> Bool {
            ByteScan.matches(bytes, at: start, ignoringCase: literal)
        }
        switch length {
        case 4: return named("host") ? .host : nil
        case 5: return named("range") ? .range : nil
        case 6:
            if named("accept") { return .accept }
            if named("cookie") { return .cookie }
            if named("origin") { return .origin }
            if named("expect") { return .expect }
            return named("pragma") ? .pragma : nil
        case 7:
            if named("referer") { return .referer }
            return named("upgrade") ? .upgrade : nil
        case 8:
            if named("if-match") { return .ifMatch }
            return named("if-range") ? .ifRange : nil
        case 9: return named("forwarded") ? .forwarded : nil
        case 10:
            if named("user-agent") { return .userAgent }
            return named("connection") ? .connection : nil
        case 12:
            if named("content-type") { return .contentType }
            return named("x-request-id") ? .xRequestID : nil
        case 13:
            if named("if-none-match") { return .ifNoneMatch }
            if named("cache-control") { return .cacheControl }
            return named("authorization") ? .authorization : nil
        case 14:
            if named("content-length") { return .contentLength }
            return named("sec-fetch-site") ? .secFetchSite : nil
        case 15:
            if named("accept-encoding") { return .acceptEncoding }
            if named("accept-language") { return .acceptLanguage }
            if named("x-forwarded-for") { return .xForwardedFor }
            return named("idempotency-key") ? .idempotencyKey : nil
        case 16:
            if named("x-requested-with") { return .xRequestedWith }
            if named("content-encoding") { return .contentEncoding }
            return named("x-forwarded-host") ? .xForwardedHost : nil
        case 17:
            if named("if-modified-since") { return .ifModifiedSince }
            if named("transfer-encoding") { return .transferEncoding }
            return named("x-forwarded-proto") ? .xForwardedProto : nil
        case 19: return named("if-unmodified-since") ? .ifUnmodifiedSince : nil
        default: return nil
        }
    }
}
