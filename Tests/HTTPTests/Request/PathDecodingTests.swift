/// From the path as sent to the path that is meant (RFC 3986 §5.2.4, §6.2.2).

import HTTP
import Testing

@Suite struct PathDecodingTests {
    enum Path: Equatable, Sendable {
        case path(String)
        case refused(RejectReason)
    }

    private func decode(_ raw: [UInt8], capacity: Int? = nil) -> Path {
        var reason: RejectReason?
        let bytes = [UInt8](capacity: capacity ?? raw.count) { output in
            reason = TargetDecoder.decodePath(raw.span, into: &output)
        }
        return reason.map(Path.refused) ?? .path(String(decoding: bytes, as: UTF8.self))
    }

    @Test(arguments: [
        Case("/", Path.path("/")), Case("/a", .path("/a")), Case("/a/", .path("/a/")),
        Case("/a.b/c.d", .path("/a.b/c.d")),
        Case("/%61", .path("/a")), Case("/a%20b", .path("/a b")), Case("/%25", .path("/%")),
        Case("/%2525", .path("/%25")), Case("/%c3%a9", .path("/é")), Case("/%C3%A9", .path("/é")),
        Case("/%F0%9F%98%80", .path("/😀")), Case("/a+b", .path("/a+b")), Case("/%3F%23", .path("/?#")),
        Case("/%5C", .path("/\\")), Case("/.", .path("/")), Case("/./", .path("/")), Case("/./a", .path("/a")),
        Case("/a/.", .path("/a/")), Case("/a/./b", .path("/a/b")), Case("/a/..", .path("/")),
        Case("/a/../", .path("/")), Case("/a/../b", .path("/b")), Case("/a/b/../../c", .path("/c")),
        Case("/a/b/..", .path("/a/")), Case("/a/b/../", .path("/a/")), Case("/a/b/c/./../../g", .path("/a/g")),
        Case("/...", .path("/...")), Case("/.a", .path("/.a")), Case("/..a", .path("/..a")),
        Case("/a..", .path("/a..")),
        Case("/.well-known/x", .path("/.well-known/x")), Case("/%2e/a", .path("/a")), Case("/a/%2E%2e/b", .path("/b")),
        Case("/a/.%2e", .path("/")), Case("//", .path("//")), Case("//a//b//", .path("//a//b//")),
        Case("/a//../b", .path("/a/b")), Case("//..", .path("/")), Case("/a/;/../b", .path("/a/b")),
        Case("/..", .refused(.aboveRoot)), Case("/../", .refused(.aboveRoot)), Case("/../a", .refused(.aboveRoot)),
        Case("/a/../..", .refused(.aboveRoot)), Case("/a/../../b", .refused(.aboveRoot)),
        Case("/%2e%2e/a", .refused(.aboveRoot)), Case("/./..", .refused(.aboveRoot)),
        Case("/%", .refused(.badPercentEncoding)), Case("/%4", .refused(.badPercentEncoding)),
        Case("/%4/", .refused(.badPercentEncoding)), Case("/%zz", .refused(.badPercentEncoding)),
        Case("/%4g", .refused(.badPercentEncoding)), Case("/%%41", .refused(.badPercentEncoding)),
        Case("/%u0041", .refused(.badPercentEncoding)), Case("/%00", .refused(.nullInPath)),
        Case("/a%00.html", .refused(.nullInPath)), Case("/%0a", .refused(.controlInPath)),
        Case("/%0D%0A", .refused(.controlInPath)), Case("/%1f", .refused(.controlInPath)),
        Case("/%7f", .refused(.controlInPath)), Case("/%2f", .refused(.encodedSlash)),
        Case("/..%2F..%2fetc", .refused(.encodedSlash)), Case("/%ff", .refused(.badPathEncoding)),
        Case("/%c3", .refused(.badPathEncoding)), Case("/%c3/%a9", .refused(.badPathEncoding)),
        Case("/%c0%af", .refused(.badPathEncoding)), Case("/%c1%81", .refused(.badPathEncoding)),
        Case("/%e0%80%af", .refused(.badPathEncoding)), Case("/%ed%a0%80", .refused(.badPathEncoding)),
        Case("/%f0%80%80%af", .refused(.badPathEncoding)), Case("/%f4%90%80%80", .refused(.badPathEncoding)),
        Case("/%f5%80%80%80", .refused(.badPathEncoding)), Case("/%80", .refused(.badPathEncoding)),
        Case("/%e2%82", .refused(.badPathEncoding)), Case("", .refused(.badTarget)), Case("a", .refused(.badTarget)),
        Case("*", .refused(.badTarget)), Case("/é", .refused(.badTarget)),
    ])
    func aPathIsDecodedOrRefused(_ line: Case<Path>) {
        #expect(decode(Array(line.input.utf8)) == line.expected)
    }

    @Test func outputThatIsTooSmallIsSaidSo() {
        #expect(decode(Array("/abc".utf8), capacity: 3) == .refused(.targetTooLong))
        #expect(decode(Array("/%61".utf8), capacity: 3) == .refused(.targetTooLong))
    }

    @Test func theDecodedPathIsAppended() {
        let bytes = [UInt8](capacity: 16) { output in
            output.append(0x77)
            _ = TargetDecoder.decodePath(Array("/a/../b%20".utf8).span, into: &output)
        }
        #expect(String(decoding: bytes, as: UTF8.self) == "w/b ")
    }

    @Test func aPathIsPlainExactlyWhenNothingIsToBeDecoded() {
        func isPlain(_ path: String) -> Bool { TargetDecoder.isPlain(Array(path.utf8).span) }
        for path in ["/", "/index.html", "/a/b.c/d..e/", "/a-path-longer-than-sixteen-bytes.html", "//"] {
            #expect(isPlain(path), "\(path)")
        }
        for path in ["", "a", "/.", "/a/..", "/.x", "/a%20", "/long-enough-for-a-vector/and/%41", "/é", "/ "] {
            #expect(!isPlain(path), "\(path)")
        }
    }
}
