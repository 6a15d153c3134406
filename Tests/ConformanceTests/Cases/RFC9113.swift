/// RFC 9113 and RFC 8446: what other protocols say to a port that speaks HTTP/1.1. Pure, any thread.

import Harness

enum RFC9113 {
    static let cases: [Case] = [
        Case(
            "RFC 9113 §3.4",
            "The preface of HTTP/2 is refused",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n{byte 00 00 00 04 00 00 00 00 00}",
            Expected.refused(505, 400).or(.closed),
            onlyRingport: "a server may speak HTTP/2 on a plain port"
        ),
        Case(
            "RFC 9113 §3.4",
            "PRI is nobody's method in HTTP/1.1",
            ask("PRI", "/text.txt"),
            Expected.status(405, 501, 400).or(.refused(400, 405, 501)).or(.closed)
        ),
        Case(
            "RFC 9113: TLS",
            "The hello of TLS 1.2 is refused with a hint",
            "{byte 16 03 01 00 31 01 00 00 2d 03 03 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 10 11 12 13 14 15 16 17 18 19 1a 1b 1c 1d 1e 1f 00 00 02 13 01 01 00}",
            hint.or(RFC9112.bad)
        ),
        Case(
            "RFC 9113: TLS",
            "The hello of TLS 1.3 is refused with a hint",
            "{byte 16 03 03 00 31 01 00 00 2d 03 03 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 10 11 12 13 14 15 16 17 18 19 1a 1b 1c 1d 1e 1f 00 00 02 13 02 01 00}",
            hint.or(RFC9112.bad)
        ),
        Case(
            "RFC 9113: TLS",
            "The hello of SSL 2 is refused",
            "{byte 80 2e 01 00 02 00 15 00 00 00 10 01 00 80 02 00 80 03}",
            RFC9112.bad.or(RFC9112.noMethod)
        ),
        Case("RFC 9113: others", "A greeting of SSH is refused", "SSH-2.0-OpenSSH_9.2\r\n", RFC9112.bad),
        Case(
            "RFC 9113: others",
            "A greeting of SMTP is refused",
            "EHLO localhost\r\n",
            RFC9112.bad,
            onlyRingport: "a server may still know HTTP/0.9"
        ),
        Case(
            "RFC 9113: others",
            "A question of SIP is refused",
            "OPTIONS sip:a@b SIP/2.0\r\n\r\n",
            Expected.refused(400, 505).or(.closed)
        ),
        Case(
            "RFC 9113: others",
            "A question of RTSP is refused",
            "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n",
            Expected.refused(400, 505).or(.closed)
        ),
        Case(
            "RFC 9113: others",
            "Bytes of no protocol are refused",
            "{byte 00 ff 01 fe 02 fd 0d 0a 0d 0a}",
            RFC9112.bad
        ),
    ]

    private static let hint = Expected.refused(400).holding("no hint at TLS") { $0.text.contains("TLS") }
}
