/// The words that generated requests are made of: those that clients use, and those that attacks and accidents do. Any thread.

/// What the generator puts together.
enum Vocabulary {
    struct Words {
        var usual: [String]
        var odd: [String]
    }

    /// Bytes that mean something somewhere.
    static let bytes =
        Array("\r\n\r\n\t :;,=/%.?#\"-*+@[]<\\_0159afAFxGH\u{0}\u{1}\u{b}\u{7f}".utf8) + [0x80, 0xc3, 0xff]

    static let beforeRequest = [
        "\r\n", "\r\n", "\r\n\r\n", "\r\n\r\n\r\n\r\n\r\n", "\n", "\r", "\n\r", " ", "\t", "\0",
    ]

    static let lineEnds = ["\n", "\n", "\r", "\r\r\n", "\n\r", "", " \r\n", "\r\n ", "\r\n\t", "\r\n\r\n"]

    static let methods = Words(
        usual: ["GET", "GET", "GET", "GET", "HEAD", "POST", "POST", "PUT", "DELETE", "PATCH", "TRACE", "OPTIONS"],
        odd: [
            "PROPFIND", "M-SEARCH", "PURGE", "LINK", "FOO", "get", "Post", "G", "GETS", "POS", "PRI", "", " ", "G@T",
            "GE(T)", "!#$%&'*+-.^_`|~", "BASELINE-CONTROL", "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG", "GET\t", "CONNECT",
        ]
    )

    static let spaces = Words(usual: [" "], odd: ["  ", "", "\t", "   ", "\u{b}", "\r", " \t"])

    static let targets = Words(
        usual: [
            "/", "/", "/index.html", "/a/b?c=d", "/?", "/a%20b", "/%C3%A9?x=%2F&y=+", "//a", "/a;b=c/d:e@f", "/..//./",
            "/a?b?c/d", "http://a/", "http://a:80/b?c", "http://example.org", "http://[::1]/", "https://a?b",
            "HTTP://A/b",
            "/!$&'()*+,-._~", "/[x]|y",
        ],
        odd: [
            "*", "**", "*/a", "a", "a:80", "/a b", "/a#b", "http://a/b#c", "/\u{e9}", "/a\tb", "/a\u{c}b", "/a\u{7f}",
            "/\"a\"", "/<a>", "/a\\b", "/^`{}", "/?\\^`{}", "/?\"", "/?<", "http://u@a/", "http://u:p@a/", "ftp://a/",
            "http://", "http:///a", "http:/a", "http:a", "http://a:b/", "http://a:99999/", "http://a_b/",
            "http://a%41/",
            "http://[::1/", "http://[1]/", "http://a!b/", "http://a\"/", "h2://a", "?a", "#", "%", "/%", "/%zz", "",
            "http://a:/", "http://?a", "http://a@@b/", "urn:a:b", "\u{0}", "/\u{0}", "/\u{1}",
        ]
    )

    static let authorities = Words(
        usual: ["a:80", "example.org:443", "[::1]:443", "127.0.0.1:8080"],
        odd: [
            "a", "a:", "/", "http://a/", "a:b", "a:70000", "u@a:1", ":80", "a:80/", "a:80?x", "*", "a%41:1", "a:80#",
            "[::1]",
        ]
    )

    static let versions = Words(
        usual: ["HTTP/1.1"],
        odd: [
            "HTTP/1.0", "HTTP/1.2", "HTTP/1.9", "HTTP/2.0", "HTTP/0.9", "HTTP/3.0", "HTTP/9.9", "HTTP/1.10", "HTTP/1.",
            "HTTP/1", "HTTP/11", "http/1.1", "HTTP/1.1 ", "HTTP/ 1.1", "HTTP /1.1", "HTTP/1,1", "HTTP/+1.1", "",
            "ICE/1.0",
            "HTTP/01.1", "HTTP/a.b", "HTTP/1.a", "XTTP/1.1", "HTTP/1.1\t",
        ]
    )

    static let hosts = Words(
        usual: ["Host: a", "Host: example.org:8080", "host:a", "HOST:\t[::1]:80 ", "Host: 127.0.0.1"],
        odd: [
            "Host:", "Host: ", "Host: a b", "Host: a,b", "Host: u@a", "Host: a/b", "Host: <a>", "Host: a:b",
            "Host: a:99999",
            "Host: [::1", "Host: \u{e9}", "Host : a", "Host: a:80:80", "Host: a%zz", "Host: [1]", "Host: a:",
            "Host: a\\b",
        ]
    )

    static let fields = Words(
        usual: [
            "Accept: */*", "User-Agent: x/1 (y; z)", "X:", "X: ", "x-y_z!#$%&'*+.^`|~1: a", "Cookie: a=\"b\"; c=d",
            "X:a:b", "X:\t a\tb \t", "If-None-Match: \"a\", W/\"b\"", "Range: bytes=0-1", "X: \u{e9}\u{80}",
            "Content-Type: a/b",
            "Expect: 100-continue", "Upgrade: websocket", "Accept-Encoding: gzip;q=0, br", "Accept:a  ,  b",
        ],
        odd: [
            "X : a", "X\t: a", " X: a", "\tX: a", "X Y: a", "X", ":", ": a", "X@: a", "X\u{e9}: a", "(X): a",
            "\"X\": a",
            "X: a\u{0}b", "X: a\u{1}b", "X: a\u{b}b", "X: a\u{7f}b", "X: a\rb", "X: a\r\n b", "X: a\r\n\tb\r\n c",
            "X:\r\n a",
            "X: a\r\n ", "X: a\nY: b", "X=a", "Expect: 200-ok", "Expect: 100-continue, x", "Expect:",
            "Proxy-Connection: close",
            "Proxy-Connection: keep-alive", "X[]: a", "X/Y: a", "X;: a", "Content-Length : 1", "\u{0}: a", "X: \u{7f}",
        ]
    )

    static let connections = Words(
        usual: [
            "Connection: close", "Connection: keep-alive", "Connection: Keep-Alive, x", "Connection: Upgrade",
            "Connection: upgrade, close", "connection:CLOSE", "Connection: x",
        ],
        odd: [
            "Connection:", "Connection: ,", "Connection: ,close", "Connection: close,", "Connection: close, keep-alive",
            "Connection: keep-alive\r\nConnection: close", "Connection: closed", "Connection: xclose",
            "Connection: clos",
            "Connection: close x", "Connection: \"close\"", "Connection: close;x", "Connection: keep-alive x",
            "Connection: x\tclose", "Connection: upgrad, close", "Connection: keep, close", "Connection: a , close",
            "Connection: \"a, close", "Connection: keep-alive\t,\tclose",
        ]
    )

    static let contents = [
        "", "a", "hello", "\r\n", "a=b&c=d", "GET / HTTP/1.1\r\n\r\n", "0\r\n\r\n", "0123456789abcdef",
    ]

    static let lengths = Words(
        usual: [],
        odd: [
            "Content-Length: 0", "Content-Length: 5", "Content-Length: 99", "Content-Length: 05", "Content-Length: +5",
            "Content-Length: -5", "Content-Length: 0x5", "Content-Length: 5 ", "Content-Length: 5, 5",
            "Content-Length: 5,5",
            "Content-Length: 5 5", "Content-Length:", "Content-Length: ", "Content-Length: a", "Content-Length: 5a",
            "Content-Length: 1\r\nContent-Length: 1", "Content-Length: 1\r\nContent-Length: 2", "Content-Length: 1.0",
            "Content-Length: 9223372036854775807", "Content-Length: 9223372036854775808",
            "Content-Length: 18446744073709551614", "Content-Length: 18446744073709551616",
            "Content-Length: 1844674407370955160", "Content-Length: 99999999999999999999999", "Content-Length:\t1",
            "Content-Length: 000000000000000000000000000001", "Content-Length: \"1\"", "Content-Length: 1\t",
        ]
    )

    static let codings = Words(
        usual: ["Transfer-Encoding: chunked", "transfer-encoding:CHUNKED ", "Transfer-Encoding:\tchunked"],
        odd: [
            "Transfer-Encoding: chunked", "Transfer-Encoding:", "Transfer-Encoding: identity",
            "Transfer-Encoding: gzip",
            "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: chunked, gzip",
            "Transfer-Encoding: chunked, chunked",
            "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: x",
            "Transfer-Encoding: xchunked", "Transfer-Encoding: chunkedx", "Transfer-Encoding: chunked;a=b",
            "Transfer-Encoding: \"chunked\"", "Transfer-Encoding: ,chunked", "Transfer-Encoding: chunked,",
            "Transfer-Encoding : chunked", "Transfer-Encoding: chunked x", "Transfer-Encoding: x chunked",
            "Transfer-Encoding:\r\n chunked", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
            "Transfer-Encodings: chunked", "Transfer-Encoding:\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: \u{b}chunked", "Transfer-Encoding\r\n : chunked",
        ]
    )

    static let chunkSizes = [
        "", "0", "00", "05", "0x5", "+5", "-5", " 5", "5 ", "5\t", "g", "5g", "5,", "ffffffffffffffff",
        "7fffffffffffffff",
        "8000000000000000", "10000000000000000", "fffffffffffffffffff", "FF", "5_", "5\r",
        "000000000000000000000000000000000001", "5\n", "5\u{0}", String(repeating: "0", count: 1100) + "1",
    ]

    static let extensions = Words(
        usual: [";a", ";a=b", ";a=\"b\"", " ;a", ";a;b=c"],
        odd: [
            ";", " ", "\t", "\t;a", " a", "\t;", ";a=\"\r\"", ";\n", ";a\u{0}", ";\u{e9}", ";a\u{7f}", ",a", "=b",
            ";" + String(repeating: "e", count: 1100),
        ]
    )

    static let trailers = Words(
        usual: ["X: y", "Digest: a=b", "X:", "Host: b"],
        odd: [
            "X", " X: a", "X : a", "X: a\r\n b", "X: \u{0}", "Content-Length: 5", "Content-Length: x",
            "Content-Length: 1, 2",
            "Transfer-Encoding: chunked", "Transfer-Encoding: gzip", "Connection: close", "X: a\nY: b", "X: a\rb",
            ": a",
            "X Y: a", "(X): y", "Connection: upgrade\r\nUpgrade: x", "Content-Length: 1\r\nContent-Length: 1",
            "X: \u{7f}",
        ]
    )
}
