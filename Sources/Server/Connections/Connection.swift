/// One client's connection, in the table of the worker that serves it. That worker.

internal import CompletionPort
internal import FileLog
internal import HTTP

/// The memory of a connection: per-handle data, in the article's words.
///
/// It is small, because 64,000 of them may be idle: what only a busy connection needs (a head that spans receives, an
/// output block, exchanges) is lent to it meanwhile.
@safe
struct Connection: ~Copyable {
    /// A connection's place among those that its worker may serve.
    enum Place {
        /// It ends without having been served.
        case none
        /// It was accepted beyond the limit, and is not read before there is a place for it.
        case awaited
        case taken
    }

    let socket: Socket
    let remote: RemoteAddress
    /// The account that the connection is charged to; `none` for a trusted proxy's, and for one of a Unix socket.
    var account = Shares.Account.none
    var state: ConnectionState

    /// Operations whose packets have not all come: the slot is used again only when there are none.
    var inFlight: UInt32 = 0
    var isReceiving = false
    /// A close has been submitted; its packet is the connection's last.
    var isClosing = false
    /// Its send brings a packet only if not all has left at once.
    var isSendingAtOnce = false
    /// In the worker's list of connections with something to send.
    var isDirty = false
    /// Input waits until there is room for its answer, or until a password has been compared.
    var isPaused = false
    /// Its next head is read in the worker's next turn.
    var isDeferred = false
    /// In the worker's list of connections that wait for an output block.
    var isWaiting = false
    /// The client has sent FIN while its input waited.
    var finishedWhilePaused = false
    /// In the worker's list of connections to be armed again.
    var isStarved = false
    /// A poll tells when the client has ended the connection.
    var awaitsHangUp = false
    /// The kernel holds as much of what is sent as it likes.
    var isFreeSender = false
    /// Its client has taken a whole part of a large body, and so has shown to be fast.
    var hasTakenPart = false
    /// Its place among those that its worker may serve.
    var place = Place.none
    /// Its peer is trusted to name whom it speaks for.
    var isFromProxy: Bool

    /// Exchanges that wait for their turn to be answered, in the order of their requests.
    var firstExchange = ExchangeSlot.null
    var lastExchange = ExchangeSlot.null
    var exchangeCount = 0
    /// The exchange whose content is arriving.
    var bodyExchange = ExchangeSlot.null

    /// The head that has begun to arrive, in the worker's table of those.
    var partialHead = ParserSlot.null
    /// Bytes that did not make a whole request yet, or wait for room.
    var input = ByteBuffer()
    /// Lent while there is something to send.
    var output: Output?
    /// The reason why it ends, when that is not as it should be.
    var endReason: Reason?
    /// Bytes that lingering has thrown away.
    var discarded = 0
    /// Bytes that the client had acknowledged when it was last looked at; tells a slow client from one that is gone.
    var acknowledged: UInt64 = 0

    /// Nothing is to be done when all has been sent but to wait for the next request.
    var awaitsNothingButRequests: Bool {
        state.mayRead && firstExchange == .null && !isPaused
    }

    /// Nothing was asked, or everything is answered and has left.
    var isIdle: Bool {
        state.mayRead && state.reading == .nothing && firstExchange == .null && output == nil && input.isEmpty
            && !isPaused
    }

    /// True when a receive that goes on may be waiting behind the client's end (CompletionWorker+HangUps.swift).
    var mayMissEnd: Bool { state.reading != .nothing || socket.isUnix }

    init(socket: Socket, remote: RemoteAddress, isFromProxy: Bool = false, state: ConnectionState) {
        self.socket = socket
        self.remote = remote
        self.isFromProxy = isFromProxy
        self.state = state
    }
}
