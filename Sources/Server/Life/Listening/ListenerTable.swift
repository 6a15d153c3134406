/// The listening sockets together: made at the start, closed without resetting a client. The main thread.
///
/// Next: ListenerClosing.swift

internal import CPlatform
internal import Glibc
internal import Platform

/// The listening sockets; they outlive the workers' use of them.
struct ListenerTable: ~Copyable {
    private struct Entry {
        let socket: Descriptor.Shared
        let address: ListenAddress
        let file: UnixSocketFile?
    }

    private let entries: [Entry]
    /// Those of TCP.
    private var sockets: [Descriptor.Shared] { entries.filter { !$0.address.isUnix }.map(\.socket) }
    var addresses: [ListenAddress] { entries.map(\.address) }
    var descriptors: [Int32] { entries.map(\.socket.rawValue) }

    init(_ wanted: [ListenAddress], _ rules: ListenRules, _ limits: Limits) throws(StartError) {
        var entries: [Entry] = []
        do throws(StartError) {
            for address in wanted {
                let listener = try Listener.waitingForAddress { () throws(StartError) in
                    try Listener(address, rules, limits)
                }
                let (address, file) = (listener.address, listener.file)
                let socket = Descriptor.Shared(listener.intoDescriptor())
                entries.append(Entry(socket: socket, address: address, file: file))
            }
        } catch {
            for entry in entries { entry.file?.remove() }
            throw error
        }
        self.entries = entries
    }

    /// Removes the files of Unix sockets, when a start fails before anything is accepted.
    func removeFiles() {
        for entry in entries { entry.file?.remove() }
    }

    // MARK: Closing

    /// Hands out clients that say nothing too, while workers go on accepting.
    ///
    /// A Unix socket that was shut refuses clients at once, and still hands out those that wait.
    func beginClosing() {
        for entry in entries where entry.address.isUnix {
            _ = shutdown(entry.socket.rawValue, Int32(SHUT_RDWR))
            entry.file?.remove()
        }
        for socket in sockets { Listener.acceptWithoutRequests(socket.rawValue) }
    }

    /// Waits until workers have accepted each client whose handshake had begun, and ends listening then.
    ///
    /// A client that comes in the last milliseconds sends its SYN again after a second, and is then refused, or finds a successor.
    ///
    /// - Parameters:
    ///   - deadline: until when that may take.
    ///   - hasHurry: becomes true when no client is to be waited for any longer.
    /// - Returns: false when clients were still waiting: they are reset.
    func close(deadline: Instant, _ hasHurry: Monitor<Bool>) -> Bool {
        var closing = ListenerClosing(now: .now, deadline: deadline)
        let ports = Set(addresses.filter { !$0.isUnix }.map(\.port))
        guard !sockets.isEmpty else { return true }
        while true {
            let clientsWait = clientsWait()
            let step = closing.looked(
                clientsWait: clientsWait,
                handshakes: { handshakes(ports) },
                now: .now
            )
            switch step {
            case .wait(let until):
                if hasHurry.waitUntil(until, { $0 ? true : nil }) == nil { continue }
            case .takeNoMore:
                // Where the kernel knows no filters, a client may be reset in the last moment.
                for socket in sockets { _ = ringport_ignore_new_connections(socket.rawValue) }
                continue
            case .shut: break
            }
            // Closing alone would free nothing while accepts are posted; they end by this, and with them a worker's accepting.
            for socket in sockets { _ = shutdown(socket.rawValue, Int32(SHUT_RDWR)) }
            return !clientsWait
        }
    }

    /// True when a worker has a client to accept.
    private func clientsWait() -> Bool {
        var entries = sockets.map { pollfd(fd: $0.rawValue, events: Int16(POLLIN), revents: 0) }
        return unsafe poll(&entries, nfds_t(entries.count), 0) > 0
    }

    /// Handshakes that have begun and are not complete; `nil` when it can't be told.
    private func handshakes(_ ports: Set<UInt16>) -> Set<SocketList.Handshake>? {
        let hasIPv6 = addresses.contains { address in
            switch address {
            case .ipv6, .everywhere: true
            case .ipv4, .unix: false
            }
        }
        return SocketList.handshakes(ports, families: hasIPv6 ? [AF_INET, AF_INET6] : [AF_INET])
    }
}
