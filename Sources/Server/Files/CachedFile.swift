/// One file of the site, opened, and its response made ready. The worker whose cache it is in.

internal import CompletionPort
internal import Glibc
internal import HTTP
internal import Platform

/// An entry of the file cache.
///
/// While it is being loaded it holds the descriptor and the exchanges that wait for it; afterwards the bytes. A small
/// file lies in one block behind its response head, so that answering is one copy. A larger one is mapped, and keeps its
/// descriptor if there is one to spare. Only the kernel ever reads the mapping: when the file is truncated under us, a send
/// fails with EFAULT instead of this process dying of SIGBUS.
@safe
struct CachedFile: ~Copyable {
    /// The decoded path of the request that asked first, with its leading slash: part of the key.
    private let name: UnsafeMutableBufferPointer<UInt8>
    let key: FileKey
    let hash: UInt64
    /// The file that is tried, relative to its site's folder, NUL-terminated.
    private(set) var path: UnsafeMutablePointer<CChar>
    /// The file beside it that is looked for.
    private var pathBeside: UnsafeMutablePointer<CChar>?
    /// The raw value of the coding that this file would have.
    var codingBeside: UInt8 = 0
    /// The index of this file among those that may answer for the name.
    private(set) var candidate = 0
    /// The watch on the folder that holds the file, -1 when there is none.
    var watch: Int32 = -1

    var stage = Stage.opening
    var isListed = false
    /// It was unlisted before it was ready: only those who waited for it get it, and its variants.
    var isUnkept = false
    /// The entry that holds the bytes already, pinned until those who wait are sent them.
    var twin: CompletionKey?
    /// Bytes that are counted with the files that are not kept.
    var unkeptCount = 0
    /// A variant that is loaded for an original that is not listed keeps that in place.
    var pinsSource = false
    /// A handler, a redirection, a rewriting or a password concerns the address: each request for it is looked at first.
    var isGoverned = false
    /// The realm that guards the file by any of its names or by the address; -1 for none.
    var realm = -1
    /// The realm that guards it by the names that the kernel has told, -1 for none; `nil` until it has.
    var namedRealm: Int?
    /// An earlier candidate was a folder; and the entry is of a page that is looked for after each failure.
    var foundFolder = false
    var isErrorPage = false
    /// Clients get one form or another by their Accept-Encoding: a file lies beside this one, or may be made.
    var variesByCoding = false
    /// Coding its type pays, so that variants are made.
    var isCompressible = false
    /// The file itself holds coded content, as an `.svgz` does.
    var isCoded = false
    var variesByOrigin = false
    /// The path led through a symbolic link: a change of its target is not reported.
    var isLinked = false
    /// Used since the clock's hand last came by.
    var wasUsed = true
    /// Loading, sends and exchanges that need the entry in place.
    var pins = 0
    /// Bytes of memory that the cache counts for this entry.
    var accounted = 0
    /// The exchange that came last to wait for this file; they are linked by `nextWaiter`.
    var waiters = ExchangeSlot.null
    var attempts = 0
    /// The folder beneath which the file is looked for, held meanwhile: its descriptor's number is with the kernel.
    private var root: Unmanaged<Descriptor.Shared>?
    var descriptor: Int32 = -1
    /// The descriptor stays open with the entry, so that the kernel can send its pages.
    var keepsDescriptor = false

    private(set) var validators = Validators()
    /// Bytes of what is sent.
    private(set) var size: UInt64 = 0
    /// The identity of the content when the file was opened; of a variant that was made, its source's.
    private(set) var content: FileContent?

    /// The states of the variants, by the raw values of content codings.
    var variants = InlineArray<3, VariantState>(repeating: .unknown)
    /// The file that an entry is a variant of.
    private(set) var source: CompletionKey?
    /// The rules that it is found and answered by; held by this entry until it is freed.
    private let heldVersion: Unmanaged<SiteVersion>?
    /// The bytes of a variant that was made, when they are too many to be copied; held by this entry until it is freed.
    private var shared: Unmanaged<SharedBytes>?

    /// The lines of its answers that are the same each time: those about the content first, then all others.
    private var lines: UnsafeMutableBufferPointer<UInt8>
    private var contentLinesCount = 0

    /// The head of the plain 200 response at the end of its place, so that the body of a resident file follows it.
    private var block: UnsafeMutablePointer<UInt8>?
    private var headSizeMax = 0
    private var headCount = 0
    private var dateOffset = 0
    private var dateSecond: Int64 = 0
    private var headHasLastModified = false
    /// Bytes of the file that have been read into the block.
    var readCount = 0

    /// The mapping of a file that is not resident.
    private var mapping: UnsafeMutableRawPointer?
    /// Bytes from the start that were brought into memory at `populatedSecond`.
    private var populated: UInt64 = 0
    private var populatedSecond: Int64 = 0

    /// An entry for a decoded path, and the file that is tried first.
    init(name: Span<UInt8>, path: [UInt8], key: FileKey, hash: UInt64, version: SiteVersion? = nil) {
        unsafe heldVersion = version.map { unsafe Unmanaged.passRetained($0) }
        unsafe self.name = .allocate(capacity: name.count)
        for index in name.indices { unsafe self.name.initializeElement(at: index, to: name[index]) }
        unsafe self.path = Self.copy(path)
        self.key = key
        self.hash = hash
        unsafe lines = UnsafeMutableBufferPointer(start: nil, count: 0)
    }

    private static func copy(_ path: [UInt8]) -> UnsafeMutablePointer<CChar> {
        let copy = UnsafeMutablePointer<CChar>.allocate(capacity: path.count + 1)
        for index in path.indices { unsafe (copy + index).initialize(to: CChar(bitPattern: path[index])) }
        unsafe (copy + path.count).initialize(to: 0)
        return unsafe copy
    }

    /// The rules that it is found and answered by.
    var version: SiteVersion {
        // Held by this entry, so it lives.
        guard let version = unsafe heldVersion?.takeUnretainedValue() else {
            preconditionFailure("an entry that is loaded was made for a request's version")
        }
        return version
    }

    /// Tries another file for the name.
    mutating func tryNext(_ path: [UInt8]) {
        unsafe self.path.deallocate()
        unsafe self.path = Self.copy(path)
        candidate += 1
        attempts = 0
    }

    /// Notes which file is looked for beside it.
    ///
    /// - Returns: the path, which stays in place until another is looked for or the entry is freed.
    mutating func look(for suffix: StaticString) -> UnsafeMutablePointer<CChar> {
        unsafe pathBeside?.deallocate()
        let path = unsafe Self.copy(pathBytes + Array("\(suffix)".utf8))
        unsafe pathBeside = path
        return unsafe path
    }

    /// Begins anew with the first file for the name.
    mutating func startOver(_ path: [UInt8]) {
        tryNext(path)
        candidate = 0
        foundFolder = false
        isLinked = false
    }

    /// Notes the folder beneath which the file is looked for from here on; `nil` when it is no longer looked for.
    mutating func setRoot(_ root: Descriptor.Shared?) {
        unsafe self.root?.release()
        unsafe self.root = root.map { unsafe Unmanaged.passRetained($0) }
    }

    /// The folder beneath which the file is looked for, held by this entry as long as it is.
    var folder: Descriptor.Shared? { unsafe root?.takeUnretainedValue() }

    /// True when the file is looked for beneath this folder, or beneath none.
    func isBeneath(_ folder: Descriptor.Shared) -> Bool {
        // Held by this entry.
        guard let root = unsafe root else { return true }
        return unsafe root.takeUnretainedValue() === folder
    }

    /// Calls `body` with the decoded path that the entry was made for.
    func withName<Result: ~Copyable>(_ body: (Span<UInt8>) -> Result) -> Result {
        unsafe body(UnsafeBufferPointer(name).span)
    }

    /// The file's path, relative to its site's folder.
    var pathBytes: [UInt8] {
        var bytes: [UInt8] = []
        var index = 0
        // Ended by the NUL that `copy` appends; a decoded path holds no other.
        while unsafe path[index] != 0 {
            bytes.append(UInt8(bitPattern: unsafe path[index]))
            index += 1
        }
        return bytes
    }

    var pathText: String { unsafe String(cString: path) }

    /// The entry was made for this decoded path of this site, in this coding.
    func answers(_ other: Span<UInt8>, _ key: FileKey) -> Bool {
        guard unsafe name.count == other.count, self.key == key else { return false }
        return unsafe other.withUnsafeBufferPointer { bytes in
            guard let mine = unsafe name.baseAddress, let theirs = bytes.baseAddress else { return true }
            return unsafe memcmp(mine, theirs, bytes.count) == 0
        }
    }

    // MARK: Loading

    /// Notes what the opened file is.
    mutating func take(_ attributes: stat, wall: Int64) {
        size = UInt64(clamping: attributes.st_size)
        content = FileContent(attributes)
        validators = Validators(
            inode: UInt64(attributes.st_ino),
            size: size,
            modified: attributes.st_mtim,
            changed: attributes.st_ctim,
            now: wall
        )
        if let coding = key.contentCoding { validators.mark(coding.name, digest: nil) }
    }

    /// Nothing was written to the file since `take`.
    func isUnchanged(_ attributes: stat) -> Bool { FileContent(attributes) == content }

    /// Notes what the entry is a variant of.
    mutating func setSource(_ source: CompletionKey) {
        self.source = source
    }

    /// Takes the bytes of a variant that was made.
    ///
    /// - Parameters:
    ///   - bytes: the coded content.
    ///   - original: the content that it was made of, and its validators.
    ///   - inlineSizeMax: up to so many bytes are copied behind the response's head.
    mutating func take(_ bytes: SharedBytes, of original: (FileContent?, Validators), inlineSizeMax: Int) {
        size = UInt64(bytes.count)
        (content, validators) = original
        if let coding = key.contentCoding { validators.mark(coding.name, digest: bytes.digest) }
        guard bytes.count <= inlineSizeMax else {
            unsafe shared = Unmanaged.passRetained(bytes)
            return
        }
        prepareBlock(bodyCount: bytes.count)
        unsafe unread?.copyMemory(from: bytes.bytes)
        readCount = bytes.count
    }

    /// Takes the lines of its answers.
    ///
    /// - Parameters:
    ///   - content: those about the content, which only answers with content have.
    ///   - others: all others.
    mutating func setLines(content: [UInt8], others: [UInt8]) {
        unsafe lines.deallocate()
        unsafe lines = .allocate(capacity: content.count + others.count)
        unsafe _ = lines.initialize(from: content + others)
        contentLinesCount = content.count
    }

    /// Calls `body` with the lines about the content and all others.
    func withLines<Result, Failure: Error>(
        _ body: (_ content: Span<UInt8>, _ others: Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let span = unsafe UnsafeBufferPointer(lines).span
        return try body(span.extracting(..<contentLinesCount), span.extracting(contentLinesCount...))
    }

    /// Makes room for the head and a body of `bodyCount` bytes behind it.
    ///
    /// - Precondition: the lines are set: they are part of the head.
    mutating func prepareBlock(bodyCount: Int) {
        headSizeMax = unsafe Self.ownHeadSizeMax + lines.count
        unsafe block = .allocate(capacity: headSizeMax + bodyCount)
        readCount = 0
    }

    /// Lets go of what was read or mapped.
    mutating func discardBlock() {
        unsafe block?.deallocate()
        unsafe block = nil
        if let mapping = unsafe mapping { unsafe _ = munmap(mapping, Int(size)) }
        unsafe mapping = nil
    }

    /// The place for the rest of the file; `nil` when all of it has been, or is mapped.
    var unread: UnsafeMutableRawBufferPointer? {
        guard !isMapped, let block = unsafe block, readCount < Int(size) else { return nil }
        return unsafe UnsafeMutableRawBufferPointer(
            start: block + headSizeMax + readCount,
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
        let place = unsafe UnsafeMutableBufferPointer(start: block, count: headSizeMax)
        var date = 0
        do {
            headCount = try unsafe place.fill { (span) throws(ResponseError) in
                date = try ResponseEncoder.write(answer, of: self, Self.lasting, clock, into: &span)
            }
        } catch {
            preconditionFailure("the head of a file's response has at most \(headSizeMax) bytes: \(error)")
        }
        dateOffset = date
        headHasLastModified = validators.lastModified(now: clock.wall) != nil
        unsafe memmove(block + headSizeMax - headCount, block, headCount)
        dateSecond = clock.second
    }

    /// A connection that goes on, whose client knows that it does.
    private static let lasting = Persistence(keepsAlive: true, version: .http11)
    /// Bytes of a file's head beside its lines, when it goes on and is not asked for by an old client.
    private static let ownHeadSizeMax = 384

    // MARK: Answering

    var isMapped: Bool { unsafe mapping != nil }

    /// The file's content; empty for an empty file.
    var body: UnsafeRawBufferPointer {
        if let mapping = unsafe mapping { return unsafe UnsafeRawBufferPointer(start: mapping, count: Int(size)) }
        // Held by this entry, so it stays in place.
        if let shared = unsafe shared { return unsafe shared.takeUnretainedValue().bytes }
        guard let block = unsafe block else { return unsafe UnsafeRawBufferPointer(start: nil, count: 0) }
        return unsafe UnsafeRawBufferPointer(start: block + headSizeMax, count: Int(size))
    }

    /// The plain 200 response of a resident file, head and body.
    var wholeResponse: UnsafeRawBufferPointer {
        guard let block = unsafe block else { return unsafe UnsafeRawBufferPointer(start: nil, count: 0) }
        return unsafe UnsafeRawBufferPointer(start: block + headSizeMax - headCount, count: headCount + Int(size))
    }

    /// Brings the ready head up to date: its Date field, and Last-Modified as soon as there is one.
    ///
    /// The head is copied when it is sent, so no send in flight reads it.
    mutating func setDate(_ clock: WorkerClock) {
        guard dateSecond != clock.second, let block = unsafe block else { return }
        guard headHasLastModified || validators.lastModified(now: clock.wall) == nil else { return encodeHead(clock) }
        dateSecond = clock.second
        let place = unsafe block + headSizeMax - headCount + dateOffset
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
        unsafe MemoryLayout<CachedFile>.stride + headSizeMax + lines.count + (isMapped ? 0 : Int(size))
    }

    /// Closes a descriptor that was kept; that never waits for a file that was only read.
    mutating func closeDescriptor() {
        _ = close(descriptor)
        descriptor = -1
    }

    deinit {
        // A worker that ends leaves what is being loaded to the kernel thread that may still be at it (`RingEngine.deinit`).
        guard pins == 0 else { return }
        unsafe name.deallocate()
        unsafe path.deallocate()
        unsafe pathBeside?.deallocate()
        unsafe lines.deallocate()
        unsafe block?.deallocate()
        if let mapping = unsafe mapping { unsafe _ = munmap(mapping, Int(size)) }
        unsafe shared?.release()
        unsafe root?.release()
        unsafe heldVersion?.release()
        precondition(descriptor < 0, "the descriptor is closed by who opened it")
    }
}
