/// The kernel's reports of files that are kept, by whatever name they change. Test threads, each with files of its own.

import CPlatform
import Glibc
import Platform
import Testing

@testable import Server

@Suite struct FileWatchesTests {
    private static func limits(removals: Int = 1024) -> Limits {
        var limits = Limits()
        limits.fileCacheCountMax = 20_000
        limits.watchRemovalsMax = removals
        return limits
    }

    private static func notifier() throws -> Descriptor.Shared {
        let notifier = SiteWatch(roots: []).notifier
        return try #require(notifier)
    }

    /// A file without a name, open.
    private static func file() throws -> Descriptor {
        var template = Array("/tmp/ringport-watched-XXXXXX".utf8CString)
        let number = unsafe mkstemp(&template)
        guard number >= 0 else { throw SystemError("make a file") }
        unsafe _ = unlink(template)
        return Descriptor(owning: number)
    }

    /// The watches that are reported, each as often as it is.
    private func reported(_ notifier: Descriptor.Shared) -> [Int32] {
        var watches: [Int32] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = unsafe read(notifier.rawValue, &buffer, buffer.count)
            guard count > 0 else { return watches }
            unsafe buffer.withUnsafeBytes { bytes in
                for offset in stride(from: 0, to: count, by: MemoryLayout<inotify_event>.size) {
                    // Files that are watched themselves have no names in their events.
                    watches.append(unsafe bytes.loadUnaligned(fromByteOffset: offset, as: inotify_event.self).wd)
                }
            }
        }
    }

    @Test func aWriteIsReportedForEachEntryOfTheFile() throws {
        let notifier = try Self.notifier()
        let watches = FileWatches(notifier, Self.limits())
        let file = try Self.file()
        for slot in [3, 9, 4] as [FileSlot] { #expect(watches.add(slot, file.rawValue) == .watched) }
        #expect(watches.add(9, file.rawValue) == .watched)
        #expect(unsafe write(file.rawValue, "x", 1) == 1)
        let found = reported(notifier)
        #expect(found.count == 1)
        #expect(Set(watches.slots(of: found[0])) == [3, 9, 4])
        watches.remove(9)
        watches.remove(3)
        #expect(unsafe write(file.rawValue, "x", 1) == 1)
        #expect(reported(notifier) == found)
        #expect(watches.slots(of: found[0]) == [4])
        watches.remove(4)
        // The removal is reported, what happens afterwards is not.
        #expect(unsafe write(file.rawValue, "x", 1) == 1)
        #expect(reported(notifier).count == 1)
        #expect(watches.slots(of: found[0]) == [])
    }

    /// The kernel drops what does not fit its queue, and that is everything changing once more.
    @Test func theRemovalsThatAreNotReadYetAreFew() throws {
        let notifier = try Self.notifier()
        let watches = FileWatches(notifier, Self.limits(removals: 10))
        var files: [Descriptor.Shared] = []
        for slot in 0..<95 as Range<UInt32> {
            files.append(Descriptor.Shared(try Self.file()))
            #expect(watches.add(FileSlot(index: slot), files[Int(slot)].rawValue) == .watched)
        }
        for slot in 0..<95 as Range<UInt32> { watches.remove(FileSlot(index: slot)) }
        var counts: [Int] = []
        repeat {
            counts.append(reported(notifier).count)
            watches.removeRetired()
        } while counts.last != 0
        #expect(counts == Array(repeating: 10, count: 9) + [5, 0])
        for file in files { #expect(unsafe write(file.rawValue, "x", 1) == 1) }
        #expect(reported(notifier) == [])
    }

    /// More than the 16,384 that the queue takes.
    @Test func moreRemovalsThanTheQueueHoldsLoseNoReport() throws {
        let notifier = try Self.notifier()
        let watches = FileWatches(notifier, Self.limits())
        var template = Array("/dev/shm/ringport-watched-XXXXXX".utf8CString)
        let folder = try #require(unsafe mkdtemp(&template).map { unsafe String(cString: $0) })
        defer { unsafe _ = rmdir(folder) }
        // Files that are there, as a watch goes with its file.
        let slots = 0..<17_000 as Range<UInt32>
        var watched = 0
        for slot in slots {
            let number = unsafe ringport_open("\(folder)/\(slot)", O_CREAT | O_WRONLY | O_CLOEXEC, 0o600)
            guard number >= 0 else { throw SystemError("make a file") }
            let file = Descriptor(owning: number)
            if watches.add(FileSlot(index: slot), file.rawValue) == .watched { watched += 1 }
        }
        #expect(watched == slots.count)
        _ = reported(notifier)
        for slot in slots { watches.remove(FileSlot(index: slot)) }
        var count = 0
        while true {
            let found = reported(notifier)
            #expect(!found.contains(-1), "reports were lost")
            watches.removeRetired()
            if found.isEmpty { break }
            count += found.count
        }
        #expect(count == slots.count, "one report for each removal")
        for slot in slots { unsafe _ = unlink("\(folder)/\(slot)") }
        #expect(reported(notifier) == [])
    }

    /// Their watches went with them, and make no further report that the others' removal could wait for.
    @Test(arguments: [true, false]) func filesThatAreGoneDoNotKeepTheOthersWatched(goneLast: Bool) throws {
        let notifier = try Self.notifier()
        let watches = FileWatches(notifier, Self.limits(removals: 10))
        var gone: [Descriptor.Shared] = []
        var files: [Descriptor.Shared] = []
        for slot in 0..<95 as Range<UInt32> {
            if (slot < 50) == goneLast {
                gone.append(Descriptor.Shared(try Self.file()))
                #expect(watches.add(FileSlot(index: slot), gone[gone.count - 1].rawValue) == .watched)
            } else {
                files.append(Descriptor.Shared(try Self.file()))
                #expect(watches.add(FileSlot(index: slot), files[files.count - 1].rawValue) == .watched)
            }
        }
        let kept = files.count
        gone.removeAll()
        _ = reported(notifier)
        for slot in 0..<95 as Range<UInt32> { watches.remove(FileSlot(index: slot)) }
        var count = 0
        while true {
            let found = reported(notifier)
            if found.isEmpty { break }
            count += found.count
            watches.removeRetired()
        }
        #expect(count == kept, "one report for each removal")
        for file in files { #expect(unsafe write(file.rawValue, "x", 1) == 1) }
        #expect(reported(notifier) == [])
    }

    @Test func aFileThatIsKeptAgainStaysWatched() throws {
        let notifier = try Self.notifier()
        let watches = FileWatches(notifier, Self.limits(removals: 1))
        let one = try Self.file()
        let other = try Self.file()
        #expect(watches.add(0, one.rawValue) == .watched)
        #expect(watches.add(1, other.rawValue) == .watched)
        watches.remove(0)
        // Left for later, as a removal was not read yet.
        watches.remove(1)
        #expect(watches.add(5, other.rawValue) == .watched)
        #expect(reported(notifier).count == 1)
        watches.removeRetired()
        #expect(reported(notifier) == [])
        #expect(unsafe write(other.rawValue, "x", 1) == 1)
        let found = reported(notifier)
        #expect(found.count == 1 && watches.slots(of: found[0]) == [5])
        #expect(unsafe write(one.rawValue, "x", 1) == 1)
        #expect(reported(notifier) == [])
    }

    @Test func withoutANotifierNothingIsWatched() throws {
        let watches = FileWatches(nil, Self.limits())
        let file = try Self.file()
        #expect(watches.add(0, file.rawValue) != .watched)
        watches.remove(0)
        watches.removeRetired()
        #expect(watches.slots(of: 1) == [])
    }
}
