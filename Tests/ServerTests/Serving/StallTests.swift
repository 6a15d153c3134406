/// A worker that is made to stall, and what the watchdog says of it. Test threads.

import CompletionPort
import Glibc
import Platform
import Testing

@testable import Server

@Suite(.serialized) struct StallTests {
    /// A TCP connection on the loopback whose one end blocks whoever closes it, until the other end has read everything.
    ///
    /// That is what SO_LINGER does (socket(7)), whatever the descriptor's mode. No call that a worker makes by itself can
    /// be made to wait as long as a test likes; closing what a test hands to it can.
    private func lingeringConnection() throws -> (lingering: Descriptor.Shared, reader: Descriptor.Shared) {
        let listener = try socket()
        let sender = try socket()
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isConnected = unsafe withUnsafeMutablePointer(to: &address) { address in
            unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe bind(listener.rawValue, address, size) == 0 && listen(listener.rawValue, 1) == 0
                    && getsockname(listener.rawValue, address, &size) == 0
                    && connect(sender.rawValue, address, size) == 0
            }
        }
        guard isConnected else { throw SystemError("connect a socket") }
        let reader = accept(listener.rawValue, nil, nil)
        guard reader >= 0 else { throw SystemError("accept") }
        var option = linger(l_onoff: 1, l_linger: 60)
        unsafe setsockopt(sender.rawValue, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        let bytes = [UInt8](repeating: 0, count: 1 << 16)
        while unsafe send(sender.rawValue, bytes, bytes.count, Int32(MSG_DONTWAIT)) > 0 {}
        guard errno == EAGAIN else { throw SystemError("fill a socket") }
        return (sender, Descriptor.Shared(Descriptor(owning: reader)))
    }

    private func socket() throws -> Descriptor.Shared {
        let number = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { throw SystemError("make a socket") }
        return Descriptor.Shared(Descriptor(owning: number))
    }

    /// Has the worker close a folder that it no longer serves; here that is a socket.
    ///
    /// - Returns: the other end, which has to be read for that to end.
    private func postReloads(_ site: ServedSite) throws -> Descriptor.Shared {
        let reader = try handOver(site)
        let path = site.root + "/www"
        try post(SiteFolder(path: path, descriptor: Descriptor.Shared(try SiteFolders.open(path))), site)
        return reader
    }

    /// Gives the worker a socket in a folder's place; when this returns nobody else has it, so that it is the worker who closes
    /// it.
    private func handOver(_ site: ServedSite) throws -> Descriptor.Shared {
        let (lingering, reader) = try lingeringConnection()
        // The worker keeps what it is given as long as the path leads nowhere.
        try post(SiteFolder(path: site.root + "/missing", descriptor: lingering), site)
        return reader
    }

    private func post(_ folder: SiteFolder, _ site: ServedSite) throws {
        let rules = try #require(site.server.site)
        site.server.workers[0].posts.post(.reload(rules, [folder], ReloadProgress(workers: 1, site.server.log)))
    }

    private func readAll(_ reader: Descriptor.Shared) {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        var count = 1
        while count > 0 || count < 0 && errno == EINTR {
            count = unsafe recv(reader.rawValue, &buffer, buffer.count, 0)
        }
    }

    /// Waits for a line of `error.log`.
    private func line<Found>(_ site: ServedSite, with pattern: Regex<Found>) throws -> Found {
        let turn = Monitor(false)
        for _ in 0..<4000 {
            let bytes = try SmallFile.read(site.root + "/logs/error.log", sizeMax: 1 << 20)
            let text = String(decoding: bytes, as: UTF8.self)
            if let match = text.firstMatch(of: pattern) { return match.output }
            _ = turn.waitUntil(.now.advanced(by: .milliseconds(5))) { $0 ? true : nil }
        }
        throw SystemError(ETIMEDOUT, "wait for a line of error.log")
    }

    @Test func aWorkerThatBlocksIsNamedWithWhatItDoesAndGoesOn() throws {
        // Long enough for a machine that is busy with other tests to let a worker have its turn.
        let site = try ServedSite(["www/index.html": "hello"]) { $0.limits.stallDuration = .milliseconds(300) }
        #expect(try site.ask("/").text == "hello")
        let reader = try postReloads(site)
        let begun = try line(
            site,
            with: /stall (\d+) of worker-0: not back at its port for \d+ ms, busy with a posted reload/
        )
        #expect(site.server.watchdog?.stalls == Int(begun.1))
        readAll(reader)
        _ = try line(site, with: /stalls? (\d+ to )?\d+ of worker-0 (is|are) over after \d+ ms/)
        #expect(try site.ask("/").text == "hello")
    }
}
