/// The named maxima of the log. Read by every thread, changed by none.

/// The most that the log may hold, and the longest that it may wait.
package struct FileLogLimits: Sendable {
    /// Bytes of one worker's ring; a power of two.
    package var ringSize = 1 << 20
    /// Bytes kept of a request line, which the server's own limit on a target usually makes shorter.
    package var requestLineSizeMax = 8 << 10
    /// Bytes kept of a referer and of a user agent, each.
    package var fieldSizeMax = 1 << 10
    /// Bytes kept of a user's name; seven bits hold their count.
    package var userSizeMax = 127
    /// Bytes gathered in memory for one file.
    package var bufferSize = 256 << 10
    /// The buffer is written when it holds this much, or at the end of a batch.
    package var writeSize = 64 << 10
    /// Time between two batches under load.
    package var batchInterval = Duration.milliseconds(50)
    /// Messages waiting to be written to `error.log`.
    package var messageCountMax = 1024
    /// Bytes kept of one message.
    package var messageSizeMax = 4 << 10
    /// Lines a second in `error.log` that explain refusals; the rest are counted.
    package var reasonLinesPerSecondMax = 100
    /// Bytes of files waiting to be written, all together, with what keeping them takes.
    ///
    /// One larger upload is taken when nothing else waits.
    package var uploadBytesMax = 64 << 20
    /// Bytes of a file written and synced before the access log has its turn again.
    package var uploadChunkSize = 1 << 20
    /// Files in the folder of uploads.
    package var uploadFilesMax = 100_000
    /// Bytes of all files in the folder of uploads.
    package var uploadFolderBytesMax = 10 << 30
    /// Bytes that uploads leave free on their disk.
    package var uploadFreeBytesMin = 64 << 20
    /// Time before the folder of uploads is read anew to find room in it.
    package var uploadRecountInterval = Duration.seconds(10)
    /// Time for which a file that the kernel refuses to grow is left alone.
    package var retryInterval = Duration.seconds(1)
    /// Time between two lines on standard error about such a file.
    package var complaintInterval = Duration.seconds(60)

    package init() {}

    /// The longest line of `access.log`: every byte of the record escaped as `\xHH`, and what stands around.
    var lineSizeMax: Int { 4 * (requestLineSizeMax + 2 * fieldSizeMax + userSizeMax) + Self.lineFrameSize }

    /// Address, date, status, byte count, quotes and spaces of a line: 128 bytes at most.
    private static let lineFrameSize = 256

    /// The largest record in a ring.
    var recordSizeMax: Int { StoredRecord.size + requestLineSizeMax + 2 * fieldSizeMax + userSizeMax + 8 }

    /// Traps when the limits contradict each other.
    func check() {
        precondition(ringSize.nonzeroBitCount == 1, "a ring's size is a power of two")
        precondition(ringSize >= 4 * recordSizeMax, "half a ring holds the largest record, with a skip before it")
        precondition(requestLineSizeMax <= UInt16.max && fieldSizeMax <= UInt16.max, "lengths are sixteen bits")
        precondition(userSizeMax <= StoredRecord.userSizeMax, "a user's length is seven bits")
        precondition(bufferSize >= writeSize + 2 * lineSizeMax, "a line fits behind what is about to be written")
        precondition(bufferSize >= 2 * (4 * messageSizeMax + 256), "a message fits")
        precondition(uploadChunkSize > 0 && messageCountMax > 0)
    }
}
