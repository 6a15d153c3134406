/// A file that has or had the name of a followed log. Used by one thread, that of `ringport tail`.

internal import Platform

/// An open file with the beginning of its last line, its watch, and when something last came.
final class FollowedFile {
    let file: ReadableLog
    var watch: Int32 = -1
    private(set) var splitter = LineSplitter()
    private var lastChange: Instant

    init(_ file: ReadableLog, now: Instant) {
        self.file = file
        lastChange = now
    }

    /// Reads a block and hands on the lines in it; returns false at the end of the file.
    func readBlock(now: Instant, _ body: (Span<UInt8>) -> Void) throws(SystemError) -> Bool {
        let hasRead = try file.readBlock(restart: { splitter.finish(body) }, { splitter.take($0, body) })
        if hasRead { lastChange = now }
        return hasRead
    }

    /// Hands on a last line without line feed.
    func finish(_ body: (Span<UInt8>) -> Void) {
        splitter.finish(body)
    }

    /// The state that decides on its descriptor.
    func state(now: Instant, quietAfter interval: Duration) throws(SystemError) -> HeldFile {
        let hasUnread = try file.hasUnread()
        if hasUnread { lastChange = now }
        let isEmpty = try file.isStream ? false : file.size() == 0
        return HeldFile(
            isEmpty: isEmpty,
            isGone: try file.isGone(),
            hasUnread: hasUnread,
            isQuiet: now.since(lastChange) >= interval
        )
    }
}
