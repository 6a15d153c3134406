/// Bytes of files: read, and mapped. Test threads, each with a port of its own.

@testable import CompletionPort
import Glibc
import Platform
import Testing

@Suite(.needsPort) struct FileBytesTests {
    /// A place in a file of 10,000 bytes, how many are asked for and how many there are.
    @Test(arguments: [(0, 10_000, 10_000), (4096, 100, 100), (9990, 100, 10), (10_000, 100, 0), (50_000, 100, 0)])
    func aReadBringsWhatThereIs(offset: Int, count: Int, there: Int) throws {
        let file = try TemporaryFile(pattern(10_000))
        var port = try CompletionPort(limits: .forTests())
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 1)
        // Freed at the end, after the packet.
        defer { unsafe memory.deallocate() }
        unsafe port.read(file.descriptor.rawValue, into: memory, at: UInt64(offset), key(1))
        let packet = try port.next()
        #expect(packet.operation == .read)
        #expect(packet.result == Int32(there))
        #expect(unsafe Array(memory[..<there]) == pattern(there, from: offset))
    }

    @Test func aMappingIsBroughtIntoMemory() throws {
        let file = try TemporaryFile(pattern(40_960))
        let mapping = try Mapping(file, count: 40_960)
        var port = try CompletionPort(limits: .forTests())
        unsafe port.populate(mapping.bytes, key(2))
        let packet = try port.next()
        #expect(packet.operation == .populate)
        #expect(packet.result == 0)
        #expect(unsafe Array(mapping.bytes) == pattern(40_960))
    }

    /// A file that was truncated under its mapping: an errno for the operation, no SIGBUS for the process.
    @Test func populatingBeyondTheEndOfAFileIsAnError() throws {
        let file = try TemporaryFile(pattern(40_960))
        let mapping = try Mapping(file, count: 40_960)
        try #require(ftruncate(file.descriptor.rawValue, 4096) == 0)
        var port = try CompletionPort(limits: .forTests())
        unsafe port.populate(mapping.bytes, key(2))
        #expect(try port.next().result == -EFAULT)
        unsafe port.populate(UnsafeRawBufferPointer(rebasing: mapping.bytes[..<4096]), key(2))
        #expect(try port.next().result == 0)
    }

    @Test func sendingBeyondTheEndOfAFileStopsThere() throws {
        let file = try TemporaryFile(pattern(40_960))
        let mapping = try Mapping(file, count: 40_960)
        let pair = try SocketPair.local()
        try #require(ftruncate(file.descriptor.rawValue, 8192) == 0)
        var port = try CompletionPort(limits: .forTests())
        var sent = 0
        while true {
            // The mapping lives to the end of the test.
            unsafe port.send(
                pair.ours.asSocket,
                UnsafeRawBufferPointer(rebasing: mapping.bytes[sent...]),
                more: false,
                key(3)
            )
            let result = try port.next().result
            guard result > 0 else {
                #expect(result == -EFAULT)
                break
            }
            sent += Int(result)
            try #require(sent <= 8192)
        }
        #expect(try pair.peer.hear(sent) == pattern(sent))
    }
}

/// A file mapped for reading.
@safe
private struct Mapping: ~Copyable {
    @unsafe let bytes: UnsafeRawBufferPointer

    init(_ file: borrowing TemporaryFile, count: Int) throws {
        let address = unsafe mmap(nil, count, PROT_READ, MAP_SHARED, file.descriptor.rawValue, 0)
        guard let address = unsafe address, unsafe address != MAP_FAILED else { throw SystemError("map a file") }
        unsafe bytes = UnsafeRawBufferPointer(start: address, count: count)
    }

    deinit {
        unsafe _ = munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
    }
}
