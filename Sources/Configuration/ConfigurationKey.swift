/// Every key of `ringport.toml`: its name, what it means, what it changes. The main thread.

internal import HandlerPool
internal import Server
internal import Store
internal import TOMLKit

/// One key, and how its value is taken.
package struct ConfigurationKey {
    /// The table it stands in.
    let table: String
    let name: String
    let summary: String
    /// Takes the value; the result says what is wrong with it, `nil` when nothing is.
    let take: (any TOMLValueConvertible, inout ServerConfiguration) -> String?

    static var all: [ConfigurationKey] {
        server + limits + deadlines + pool + store + handlers
    }

    private static var server: [ConfigurationKey] {
        [
            ConfigurationKey(table: "server", name: "listen", summary: "Addresses to listen on.") {
                value,
                configuration in
                guard let texts = strings(value) else { return "is a list of addresses such as [\"127.0.0.1:8080\"]" }
                var addresses: [ListenAddress] = []
                for text in texts {
                    guard let address = ListenAddress(text) else {
                        return "has '\(text)', which is no address; write 127.0.0.1:8080 or [::1]:8080"
                    }
                    addresses.append(address)
                }
                guard !addresses.isEmpty else { return "has at least one address" }
                configuration.listen = addresses
                return nil
            },
            count("server", "workers", \.workers, 1...256, "Completion workers; one for each processor by default."),
        ]
    }

    private static var limits: [ConfigurationKey] {
        [
            count("limits", "head_size_max", \.limits.headSizeMax, 1024...65_535, "Bytes of a request's head."),
            count(
                "limits",
                "request_line_size_max",
                \.limits.requestLineSizeMax,
                256...12_288,
                "Bytes of its first line."
            ),
            count("limits", "field_count_max", \.limits.fieldCountMax, 1...1000, "Fields of a request's head."),
            count("limits", "body_size_max", \.limits.bodySizeMax, 0...(1 << 30), "Bytes of a request's content."),
            count("limits", "connections_max", \.limits.connectionsMax, 1...1_000_000, "Open connections of a worker."),
            count("limits", "pipelined_max", \.limits.pipelinedMax, 1...1024, "Unanswered requests of a connection."),
            count("limits", "exchanges_max", \.limits.exchangesMax, 1...1_000_000, "Waiting requests of a worker."),
            count(
                "limits",
                "receive_buffer_count",
                \.limits.receiveBufferCount,
                1...32_768,
                "Receive buffers of a worker, a power of two."
            ),
            count("limits", "outputs_max", \.limits.outputsMax, 1...65_536, "Output blocks of a worker."),
            count(
                "limits",
                "file_cache_size_max",
                \.limits.fileCacheSizeMax,
                0...(1 << 40),
                "Bytes of files in memory."
            ),
        ]
    }

    private static var deadlines: [ConfigurationKey] {
        [
            seconds("head", \.deadlines.head, "For a request's head to arrive as a whole."),
            seconds("body", \.deadlines.body, "For a request's content to arrive as a whole."),
            seconds("idle", \.deadlines.idle, "Between two requests of a connection."),
            seconds("send", \.deadlines.send, "Between two signs that the client takes what it is sent."),
            seconds("handler", \.deadlines.handler, "For a handler to answer."),
            seconds("linger", \.deadlines.linger, "For a client to finish after the server has."),
            seconds("drain", \.deadlines.drain, "For everything under way to finish when the server stops."),
        ]
    }

    private static var pool: [ConfigurationKey] {
        [
            count("pool", "threads_min", \.pool.threadsMin, 1...999, "Threads that are always there."),
            count("pool", "threads_max", \.pool.threadsMax, 1...999, "Threads at most."),
            count("pool", "queue_max", \.pool.queueMax, 1...1_000_000, "Waiting calls; one more is shed with 503."),
        ]
    }

    private static var store: [ConfigurationKey] {
        [
            count("store", "writes_queued_max", \.store.writesQueuedMax, 512...1_000_000, "Waiting writes.")
        ]
    }

    private static var handlers: [ConfigurationKey] {
        [
            ConfigurationKey(table: "handlers", name: "enabled", summary: "Names of the handlers to use.") {
                value,
                configuration in
                guard let names = strings(value) else { return "is a list of names such as [\"forms\"]" }
                configuration.handlers = names
                return nil
            }
        ]
    }

    // MARK: Kinds of values

    private static func count(
        _ table: String,
        _ name: String,
        _ path: WritableKeyPath<ServerConfiguration, Int>,
        _ range: ClosedRange<Int>,
        _ summary: String
    ) -> ConfigurationKey {
        ConfigurationKey(table: table, name: name, summary: summary) { value, configuration in
            guard let number = value.int, range.contains(number) else {
                return "is a whole number from \(range.lowerBound) to \(range.upperBound)"
            }
            configuration[keyPath: path] = number
            return nil
        }
    }

    private static func seconds(
        _ name: String,
        _ path: WritableKeyPath<ServerConfiguration, Duration>,
        _ summary: String
    ) -> ConfigurationKey {
        ConfigurationKey(table: "deadlines", name: name, summary: summary) { value, configuration in
            guard let number = value.double ?? value.int.map(Double.init), number > 0, number <= 86_400 else {
                return "is a number of seconds, more than 0 and at most 86400"
            }
            configuration[keyPath: path] = .milliseconds(Int64(number * 1000))
            return nil
        }
    }

    private static func strings(_ value: any TOMLValueConvertible) -> [String]? {
        guard let array = value.array else { return nil }
        let texts = array.compactMap(\.string)
        return texts.count == array.count ? texts : nil
    }
}
