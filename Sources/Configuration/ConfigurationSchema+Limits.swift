/// The keys of requests' limits. Pure; any thread.

internal import Server

extension ConfigurationSchema {
    /// Keys of `[limits]` that a reload applies.
    static var requestLimits: [ConfigurationKey<Limits>] {
        [
            ConfigurationKey(
                "head_size_max",
                \.headSizeMax,
                .count(1024...65_535),
                "Bytes of a request's head. More is refused with 431."
            ),
            ConfigurationKey(
                "request_line_size_max",
                \.requestLineSizeMax,
                .count(256...12_288),
                "Bytes of a request's first line. More is refused with 414. At most `head_size_max`."
            ),
            ConfigurationKey(
                "field_count_max",
                \.fieldCountMax,
                .count(1...1000),
                "Fields of a request's head. More are refused with 431."
            ),
            ConfigurationKey(
                "body_size_max",
                \.bodySizeMax,
                .count(0...(1 << 28)),
                """
                Bytes of a request's content. More is refused with 413. It is held in memory until it is handled. The largest may \
                take `deadlines.body` and `body_size_max` / `body_rate_min` seconds to arrive, 2127 by default.
                """
            ),
            ConfigurationKey(
                "body_rate_min",
                \.bodyRateMin,
                .count(1...(1 << 30)),
                """
                Bytes a second with which a request's content must come, on average, once `deadlines.body` has passed. Slower is \
                refused with 408. With a number above `body_size_max` the content must come within `deadlines.body` and a second.
                """
            ),
            ConfigurationKey(
                "bodies_size_max",
                \.bodiesSizeMax,
                .count(0...(1 << 40)),
                """
                Bytes of all contents that a worker holds at a time, calls of handlers and answers that wait included. When they \
                are used up, the address that holds most gives some back to another; else 503. At least `body_size_max`.
                """
            ),
            ConfigurationKey(
                "heads_size_max",
                \.headsSizeMax,
                .count(2048...(1 << 40)),
                """
                Bytes of the heads of all requests under way of a worker, and of what waits to be read. When they are used up, \
                the address that holds most loses a connection to another; else 503. At least twice `head_size_max`.
                """
            ),
        ]
    }
}
