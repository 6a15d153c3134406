/// Times as text.

import HandlerKit
import Testing

@Suite struct TimestampTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"),
            (1_795_471_341_123_999_999, "2026-11-23T22:02:21.123Z"),
            (951_782_399_999_000_000, "2000-02-28T23:59:59.999Z"),
            (951_782_400_000_000_000, "2000-02-29T00:00:00.000Z"),
            (4_107_542_400_000_000_000, "2100-03-01T00:00:00.000Z"),
            (-1_000_000, "1969-12-31T23:59:59.999Z"),
        ] as [(Int64, String)]
    )
    func aTimeIsWrittenAsRFC3339Says(nanoseconds: Int64, text: String) {
        #expect(String(decoding: Timestamp(nanoseconds: nanoseconds).rfc3339, as: UTF8.self) == text)
    }
}
