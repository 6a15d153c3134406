/// One file of the site, opened, and its response made ready. The worker whose cache it is in.

internal import Glibc
internal import HTTP

/// An entry of the file cache.
///
/// While it is being loaded it holds the descriptor and the exchanges that wait for it; afterwards the bytes. A small
/// file lies in one block behind its response head, so that answering is one copy; a larger one is mapped, and only the
/// kernel ever reads the mapping: when the file is truncated under us, a send fails with EFAULT instead of this process
/// dying of SIGBUS.
@safe
struct CachedFile {
    enum Stage: Equatable {
        case opening
        case reading
        case ready
    }

    /// How often a file that changes while it is opened or read is tried.
    static let attemptsMax = 4

    /// The decoded path of the request that asked first, with its leading slash: the key.
    private let name: UnsafeMutableBufferPointer<UInt8>
    /// The same relative to `www/`, NUL-terminated, with the index file's name where it applies.
    let path: UnsafeMutablePointer<CChar>
    let hash: UInt64
    /// The watch on the folder that holds the file, -1 when there is none.
    let watch: Int32

    var stage = Stage.opening
    var isListed = false
    /// A handler has the address and may decline: every request for it is the handler's to look at first.
    var isHandled = false
    /// Used since the clock's hand last came by.
    var wasUsed = true
    /// Loading, sends and exchanges that need the entry in place.
    var pins = 0
    /// Bytes of memory that the cache counts for this entry.
    var accounted = 0
    /// The exchange that came last to wait for this file; they are linked by `nextWaiter`.
    var waiters = noSlot
    var attempts = 0
    var descriptor: Int32 = -1

    private(set) var validators = Validators()
    private(set) var mediaType: StaticString = "application/octet-stream"
    private(set) var size: UInt64 = 0
    private var changed = timespec()

    /// The head of the plain 200 response at the end of its place, so that the body of a resident file follows it.
    private var block: UnsafeMutablePointer<UInt8>?
    private var headCount = 0
    private var dateOffset = 0
    private var dateSecond: Int64 = 0
    /// Bytes of the file that have been read into the block.
    var readCount = 0

    /// The mapping of a file that is not resident.
    private var mapping: UnsafeMutableRawPointer?
    /// Bytes from the start that were brought into memory at `populatedSecond`.
    private var populated: UInt64 = 0
    private var populatedSecond: Int64 = 0

    /// An entry for a decoded path.
    init(name: Span<UInt8>, path: [UInt8], hash: UInt64, isWatched watch: Int32?) {
        unsafe self.name = .allocate(capacity: name.count)
        for index in name.indices { unsafe self.name.initializeElement(at: index, to: name[index]) }
        unsafe self.path = .allocate(capacity: path.count + 1)
        for index in path.indices { unsafe (self.path + index).initialize(to: CChar(bitPattern: path[index])) }
        unsafe (self.path + path.count).initialize(to: 0)
        self.hash = hash
        self.watch = watch ?? -1
        let last = path.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
        // A name without a dot, or with one at its start alone, has no ending.
        guard let dot = path[last...].lastIndex(of: UInt8(ascii: ".")), dot > last else { return }
        mediaType = MediaType.forExtension(Array(path[(dot + 1)...]).span)
    }

    var pathText: String { unsafe String(cString: path) }

    /// The entry was made for this decoded path.
    func answers(_ other: Span<UInt8>) -> Bool {
        guard unsafe name.count == other.count else { return false }
        return unsafe other.withUnsafeBufferPointer { bytes in
            guard let mine = unsafe name.baseAddress, let theirs = bytes.baseAddress else { return true }
            return unsafe memcmp(mine, theirs, bytes.count) == 0
        }
    }

    // MARK: Loading

    /// Notes what the opened file is.
    mutating func take(_ attributes: stat, wall: Int64) {
        size = UInt64(clamping: attributes.st_size)
        changed = attributes.st_ctim
        validators = Validators(
            inode: UInt64(attributes.st_ino),
            size: size,
            modified: attributes.st_mtim,
            now: wall
        )
    }

    /// Nothing was written to the file since `take`.
    func isUnchanged(_ attributes: stat) -> Bool {
        UInt64(clamping: attributes.st_size) == size && attributes.st_ctim.tv_sec == changed.tv_sec
            && attributes.st_ctim.tv_nsec == changed.tv_nsec
    }

    /// Makes room for the head and a body of `bodyCount` bytes behind it.
    mutating func prepareBlock(bodyCount: Int) {
        unsafe block = .allocate(capacity: Self.headSizeMax + bodyCount)
        readCount = 0
    }

    mutating func discardBlock() {
        unsafe block?.deallocate()
        unsafe block = nil
    }

    /// Where the rest of the file is to be read; `nil` when all of it has been.
    var unread: UnsafeMutableRawBufferPointer? {
        guard let block = unsafe block, readCount < Int(size) else { return nil }
        return unsafe UnsafeMutableRawBufferPointer(
            start: block + Self.headSizeMax + readCount,
            count: Int(size) - readCount
        )
    }

    /// Maps the file; false when the kernel refuses, with the reason in `errno`.
    mutating func map() -> Bool {
        let address = unsafe mmap(nil, Int(size), PROT_READ, MAP_SHARED, descriptor, 0)
        guard let address = unsafe address, unsafe address != MAP_FAILED else { return false }
        unsafe mapping = address
        return true
    }

    /// Writes the head of the plain 200 response in front of the body.
    mutating func encodeHead(_ clock: WorkerClock) {
        guard let block = unsafe block else { return }
        let answer = FileAnswer(status: 200, range: 0..<size, sendsBody: true)
        // Written at the start of its place first, then moved to the end, where the body follows it.
        let place = unsafe UnsafeMutableBufferPointer(start: block, count: Self.headSizeMax)
        var date = 0
        do {
            headCount = try unsafe place.fill { (span) throws(ResponseError) in
                date = try ResponseEncoder.write(answer, of: self, keepsAlive: true, .http11, clock, into: &span)
            }
        } catch {
            preconditionFailure("the head of a file's response has at most \(Self.headSizeMax) bytes: \(error)")
        }
        dateOffset = date
        unsafe memmove(block + Self.headSizeMax - headCount, block, headCount)
        dateSecond = clock.second
    }

    private static let headSizeMax = 512

    // MARK: Answering

    var isMapped: Bool { unsafe mapping != nil }

    /// The file's content; empty for an empty file.
    var body: UnsafeRawBufferPointer {
        if let mapping = unsafe mapping { return unsafe UnsafeRawBufferPointer(start: mapping, count: Int(size)) }
        guard let block = unsafe block else { return unsafe UnsafeRawBufferPointer(start: nil, count: 0) }
        return unsafe UnsafeRawBufferPointer(start: block + Self.headSizeMax, count: Int(size))
    }

    /// The plain 200 response of a resident file, head and body.
    var wholeResponse: UnsafeRawBufferPointer {
        guard let block = unsafe block else { return unsafe UnsafeRawBufferPointer(start: nil, count: 0) }
        return unsafe UnsafeRawBufferPointer(start: block + Self.headSizeMax - headCount, count: headCount + Int(size))
    }

    /// Brings the Date field of the ready head up to date.
    ///
    /// The head is copied when it is sent, so no send in flight reads it.
    mutating func setDate(_ clock: WorkerClock) {
        guard dateSecond != clock.second, let block = unsafe block else { return }
        dateSecond = clock.second
        let place = unsafe block + Self.headSizeMax - headCount + dateOffset
        for index in clock.date.indices { unsafe place[index] = clock.date[index] }
    }

    /// Up to where a range, from its start on, is in memory: brought there so lately that it still is.
    func resident(_ range: Range<UInt64>, second: Int64) -> UInt64 {
        guard second - populatedSecond < 10, populated > range.lowerBound else { return range.lowerBound }
        return min(populated, range.upperBound)
    }

    /// A range was brought into memory.
    mutating func notePopulated(_ range: Range<UInt64>, second: Int64) {
        if second - populatedSecond >= 10 { populated = 0 }
        guard range.lowerBound <= populated else { return }
        // What lies before the range was there when the range was asked for, or was just brought there.
        if range.lowerBound == 0 || populated == 0 { populatedSecond = second }
        populated = max(populated, range.upperBound)
    }

    // MARK: Ending

    /// Bytes of memory that the entry has; a mapping's belong to the kernel's page cache.
    var memoryCount: Int {
        MemoryLayout<CachedFile>.stride + Self.headSizeMax + (isMapped ? 0 : Int(size))
    }

    func freeMemory() {
        unsafe name.deallocate()
        unsafe path.deallocate()
        unsafe block?.deallocate()
        if let mapping = unsafe mapping { unsafe _ = munmap(mapping, Int(size)) }
        precondition(descriptor < 0, "the descriptor is closed when loading ends")
    }
}
