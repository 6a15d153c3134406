/// Every bound of the server, in one place. Pure values; any thread.

internal import CompletionPort
internal import Platform

/// The bounds of each queue, table, buffer and pool.
///
/// Sizes are bytes, counts are per worker unless they say otherwise.
///
/// A limit that is reached pauses somebody (back-pressure) or sheds a request with 503; it never loses one in silence.
package struct Limits: Sendable {
    // MARK: Requests

    /// A request's head: its line and all its fields.
    ///
    /// Beyond it: 431.
    package var headSizeMax = 16 * 1024
    /// The request line alone.
    ///
    /// Beyond it: 414.
    package var requestLineSizeMax = 8 * 1024
    package var fieldCountMax = 100
    /// A request's content.
    ///
    /// Beyond it: 413.
    package var bodySizeMax = 1024 * 1024
    /// Bytes a second of a request's content, on average, once its deadline has passed.
    ///
    /// Below it: 408.
    package var bodyRateMin = 500
    /// All contents being received or handled, of one worker.
    ///
    /// Beyond it: 503.
    package var bodiesSizeMax = 256 * 1024 * 1024
    /// All heads of requests under way, and what waits to be read, of one worker.
    ///
    /// Beyond it: 503.
    package var headsSizeMax = 64 * 1024 * 1024
    /// Content that nobody wants and that is read all the same, to find the next request.
    ///
    /// With more, the answer is the connection's last. While lingering it is 16 times as much.
    package var discardSizeMax = 64 * 1024
    /// Bytes that a client may still send after the server has said that it has finished.
    package var lingerSizeMax = 1024 * 1024

    /// A file of passwords, and the table of media types.
    static let configuredFileSizeMax = 16 * 1024 * 1024

    // MARK: Passwords

    /// Passwords of one address that may be wrong, of all workers.
    ///
    /// Beyond it: 429, without a comparison, until one more may be.
    package var wrongPasswordsMax = 10
    /// The time after which one more may be wrong.
    package var wrongPasswordInterval = Duration.seconds(6)
    /// Addresses whose wrong passwords are counted, of all workers.
    package var wrongPasswordNetworksMax = 16_384
    /// The time for which passwords of an address are compared behind those of others, from when its bucket is full again.
    package var wrongPasswordDoubt = Duration.seconds(3600)
    /// Users whose password was right and is not compared again, of each worker.
    package var passwordsKeptMax = 16_384
    /// The time for which a password is kept that is not used.
    package var passwordKeptIdle = Duration.seconds(300)
    /// The time for which a password is kept at most.
    package var passwordKeptDuration = Duration.seconds(86_400)

    // MARK: Connections

    /// Open connections of one worker.
    ///
    /// At the limit an address that has fewer than another takes a place of that one; else clients wait until one closes.
    package var connectionsMax = 20_000
    /// Connections of one worker beyond that, which wait for a place.
    ///
    /// Further clients wait in the backlog for a moment; then those end whose address holds most.
    package var waitingConnectionsMax = 64
    /// Accepts of one worker that wait on each listening socket.
    package var acceptsMax = 16
    /// Connections of one worker beyond the process's limit of descriptors, in the ring's own table (Linux 6.14).
    ///
    /// The kernel allows as many as that limit, for each table.
    package var directSocketsMax = 65_536
    /// Requests of one connection that wait for their answers; the next is read when one has left.
    package var pipelinedMax = 16
    /// Bytes of heads that a worker reads in a turn, whoever sent them.
    package var turnHeadsSize = 64 * 1024
    /// Bytes of heads that it reads of one address in the same turn after those; the others wait for the next turn.
    package var turnShareSize = 16 * 1024
    /// Requests of one worker that wait for a file or a handler.
    package var exchangesMax = 32_768
    /// Handler calls of all workers that are open at a time.
    package var callsMax = 16_384
    /// Connections the kernel keeps for us before they are accepted.
    package var backlogMax = 4096

    // MARK: The port

    package var submissionsMax = 1024
    package var packetsMax = 8192
    /// A power of two, at most 32,768.
    package var receiveBufferCount = 1024
    package var receiveBufferSize = 4096
    package var fileThreadsMax = 8

    // MARK: Sending

    /// A connection's output block: whole small responses and the heads of larger ones.
    package var outputBlockSize = 64 * 1024
    /// Output blocks of one worker: connections with something to send.
    ///
    /// One more waits for a block.
    package var outputsMax = 4096
    /// Of these blocks, those for when the others are lent.
    var outputsReserve: Int { outputsMax / 8 }
    /// Parts of one send.
    package var outputSegmentsMax = 16
    /// A body up to this size is copied behind its head, so that pipelined responses leave together.
    package var inlineBodySizeMax = 16 * 1024
    /// A response's head, as the server makes it; the configured fields come on top when it starts.
    package var responseHeadSizeMax = Self.ownHeadSizeMax
    /// The same without configured fields.
    private static let ownHeadSizeMax = 2 * 1024
    /// A part of a large file: made resident, then sent, while the next is made resident.
    package var sliceSize = 1024 * 1024
    /// A part of a file that is in memory already, for one sendfile(2): as much as finds room in any socket.
    package var partSizeMax = 4 * 1024 * 1024
    /// Bytes of a connection that the kernel holds and could not send yet, because the client takes none.
    package var unsentSizeMax = 128 * 1024
    /// Connections of one worker for which that does not hold: clients that have shown to be fast, while they get a large body.
    package var freeSendersMax = 16

    // MARK: Files

    /// Files up to this size are kept in memory; larger ones are mapped.
    package var residentFileSizeMax = 64 * 1024
    /// Bytes of the files kept in memory.
    package var fileCacheSizeMax = 128 * 1024 * 1024
    /// Files kept in memory or mapped, and files being opened.
    package var fileCacheCountMax = 8192
    /// Bytes of files that are in memory and not kept, for those who are being sent them.
    ///
    /// Beyond it readers of the address that is sent most are ended for others: `ReaderHoldings`.
    package var unkeptSizeMax = 128 * 1024 * 1024
    /// Names of a folder's list.
    ///
    /// A folder with more is listed in part.
    package var listedNamesMax = 10_000
    /// Bytes of the lists of folders that are kept or being sent.
    ///
    /// Beyond it the same.
    package var listsSizeMax = 64 * 1024 * 1024
    /// Lists of folders that are kept.
    package var listsKeptMax = 256
    /// Folders of the sites that are watched for changes.
    ///
    /// Files in further ones are not kept.
    package var watchedFoldersMax = 4096
    /// Watches of files that are removed before the kernel's reports are read again, as each removal makes one.
    package var watchRemovalsMax = 1024
    /// Reads of the kernel's reports at once: more than the events that its queue holds by default take, with usual names.
    package var watchReadsMax = 64
    /// The time for which the path of a site's folder may lead nowhere while a request waits for its file.
    package var siteAbsenceDuration = Duration.seconds(1)
    /// Until then the path is looked at again so often, where nothing can be watched.
    package var siteLookInterval = Duration.milliseconds(10)

    // MARK: Watching

    /// The time of a worker from coming back from its port to going to it again, with all that it performs meanwhile.
    package var stallDuration = Duration.milliseconds(50)

    package init() {}

    /// Fields of one answer, such as a handler's or a redirection's target, that find room in an output block at any time: a
    /// reload may bring more configured fields while the answer waits in line.
    var answerFieldsSizeMax: Int {
        let headSizeMax = max(responseHeadSizeMax, Self.ownHeadSizeMax + ServerConfiguration.fieldsSizeMax)
        return outputBlockSize - headSizeMax - CrossOriginPolicy.originSizeMax - inlineBodySizeMax
    }

    /// Traps when two limits contradict each other: a server that starts can't meet them in contradiction later.
    package func assertRelations() {
        precondition(requestLineSizeMax <= headSizeMax, "a request line is part of a head")
        precondition(headSizeMax <= 0xFFFF, "positions in a head are 16 bits wide")
        precondition(receiveBufferCount.nonzeroBitCount == 1, "the kernel wants a power of two of buffers")
        precondition(packetsMax >= 2 * submissionsMax, "each submission brings a packet, multishot ones bring more")
        precondition(
            outputBlockSize >= 2 * (responseHeadSizeMax + inlineBodySizeMax),
            "a block takes at least two whole small responses, so that the second can be written while one is sent"
        )
        precondition(
            outputBlockSize >= responseHeadSizeMax + 3 * requestLineSizeMax + inlineBodySizeMax,
            "a redirection gives an address back with each byte as three, as the largest head the server makes"
        )
        precondition(
            responseHeadSizeMax >= Refusal.sizeMax,
            "a refusal of what has no exchange is written, content and all, where a head finds room"
        )
        precondition(siteAbsenceDuration >= .zero && siteLookInterval > .zero, "a search for a site's folder ends")
        precondition(
            watchedFoldersMax > 0 && watchRemovalsMax > 0 && watchReadsMax > 0,
            "what is watched is let go at some time"
        )
        precondition(inlineBodySizeMax <= residentFileSizeMax, "an inline body is resident")
        precondition(outputSegmentsMax >= 4, "one response takes two segments")
        precondition(waitingConnectionsMax > 0, "whose client comes is known when it was accepted")
        precondition(exchangesMax >= pipelinedMax, "one connection can wait for all its requests")
        precondition(bodySizeMax <= bodiesSizeMax, "a worker can hold one content of the largest size")
        precondition(2 * headSizeMax <= headsSizeMax, "a worker can hold a head, and what follows it")
        precondition(bodySizeMax <= UInt32.max, "a connection counts the bytes of a content in 32 bits")
        precondition(discardSizeMax <= UInt32.max, "and those of one that nobody wants")
        precondition((1...Int(UInt32.max)).contains(bodyRateMin), "a content that comes at the minimum rate ends")
        precondition(sliceSize % 4096 == 0, "slices are whole pages")
        precondition(partSizeMax >= sliceSize, "what was brought into memory leaves as one part")
        precondition(
            wrongPasswordsMax > 0 && wrongPasswordInterval > .zero && wrongPasswordNetworksMax > 1,
            "a password may be wrong at some time"
        )
        precondition(
            passwordsKeptMax > 1 && passwordKeptIdle > .zero && passwordKeptDuration >= passwordKeptIdle,
            "who was let in is kept in mind"
        )
        precondition(stallDuration > .zero, "every turn takes time")
    }

    /// Sizes of a worker's port, with a table of sockets where it may need one.
    func port(usesDirectSockets: Bool) -> CompletionPortLimits {
        CompletionPortLimits(
            submissionsMax: submissionsMax,
            packetsMax: packetsMax,
            receiveBufferCount: receiveBufferCount,
            receiveBufferSize: receiveBufferSize,
            fileThreadsMax: fileThreadsMax,
            directSocketsMax: usesDirectSockets ? min(directSocketsMax, connectionsMax, descriptorLimit()) : 0
        )
    }
}

/// The time that each step may take.
package struct Deadlines: Sendable, Equatable {
    /// From a request's first byte to the end of its head, as a whole.
    package var head = Duration.seconds(10)
    /// From the end of the head to the end of the content, which may take longer as long as it comes at
    /// `Limits.bodyRateMin`.
    package var body = Duration.seconds(30)
    /// Between two requests of a connection, and before its first.
    package var idle = Duration.seconds(75)
    /// Between two signs that the client takes what it is sent.
    package var send = Duration.seconds(30)
    /// For a handler to answer.
    package var handler = Duration.seconds(60)
    /// For a client to finish after the server has.
    package var linger = Duration.seconds(2)
    /// From the accept to the first bytes, when the server stops meanwhile: a client that connected a moment before may be about
    /// to ask, and one that never does holds up a stop by no more.
    package var firstHead = Duration.seconds(1)
    /// For everything under way to finish when the server stops.
    package var drain = Duration.seconds(10)

    package init() {}
}
