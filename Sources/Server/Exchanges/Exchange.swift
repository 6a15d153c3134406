/// A request that can't be answered in the turn in which it was read, until its answer has left. One worker.

internal import FileLog
internal import HandlerHost
internal import HTTP
internal import Platform

/// A request and its response under way: per-I/O data, in the article's words.
///
/// Exchanges of a connection are linked in the order of their requests, and answered in that order, whichever is ready
/// first. A cached file that is asked for while nothing else waits needs none.
@safe
struct Exchange: ~Copyable {
    /// The answer that it will get.
    enum Reply {
        case none
        /// A file that is pinned for it.
        case file(FileSlot, status: UInt16)
        /// The response of a handler.
        case handler(HandlerResponse)
        /// A list of a folder, which is held for it.
        case list(FolderList)
        /// The server's own words.
        case refusal(Reason)
        /// Another address.
        case redirect(status: UInt16, location: [UInt8])
        /// The methods of the address, or of the server for `OPTIONS *`.
        case options
    }

    /// The connection's slot; `null` when it is gone and only an operation in flight keeps the exchange.
    var connection: ConnectionSlot
    let head: RequestHead
    /// A copy of the head's bytes, and behind them the decoded path.
    var headBytes = ByteBuffer()
    /// The rules that hold for the request until its answer has left, and the index of its site's policy among them.
    let version: SiteVersion
    /// The client: the other end of the connection, or the one that a trusted proxy names.
    let remote: RemoteAddress
    let policy: UInt16
    /// The account that the request is charged to.
    var account = Shares.Account.none
    let startedAt: Instant
    let startedWall: Int64

    var state = ExchangeState.ready
    var reply = Reply.none
    var next = ExchangeSlot.null
    var nextWaiter = ExchangeSlot.null

    var content = RequestContent()
    /// Bytes of memory that the content, or the answer, is counted with.
    var accounted = 0

    // Its handler.
    /// The handler's index, -1 for the files of the site.
    var route: Int = -1
    /// The realm that guards the address, -1 for none, and whether the request may enter it.
    var realm = -1
    var isAuthorised = false
    var call: HandlerCall?

    // Its answer.
    var status: UInt16 = 0
    var reason: Reason?
    /// Methods of the address, for the Allow field.
    var allow: UInt16 = 0
    /// Seconds for the Retry-After field of a refusal that has a time of its own.
    var retryAfter: UInt32 = 0
    /// The status that the content of the file it waits for is to be sent with.
    var awaitedStatus: UInt16 = 200
    /// The number of times it has waited for a variant of its file.
    var variantWaits: UInt8 = 0
    /// The site's fallback answers, as nothing else did.
    var fellBack = false
    /// Its folder has been looked for, to list what is there.
    var isListed = false
    /// Bytes of memory that the head is counted with.
    var headSize: UInt32 = 0
    /// The body's way out, when it leaves in parts; and its bytes, when a handler gave them.
    var stream = BodyStream()
    var handlerBody = ByteBuffer()
    /// Bytes of the body that have left.
    var sent: UInt64 = 0

    init(
        connection: ConnectionSlot,
        head: RequestHead,
        version: SiteVersion,
        remote: RemoteAddress,
        policy: Int,
        startedAt: Instant,
        startedWall: Int64
    ) {
        self.connection = connection
        self.version = version
        self.remote = remote
        self.policy = UInt16(truncatingIfNeeded: policy)
        self.head = head
        self.startedAt = startedAt
        self.startedWall = startedWall
    }
}
