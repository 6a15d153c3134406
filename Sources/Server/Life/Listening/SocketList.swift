/// The kernel's list of TCP sockets as text (`/proc/net/tcp`, proc_net(5)). Pure; any thread.

enum SocketList {
    /// Both addresses of one, as the list has them.
    typealias Handshake = [UInt8]

    /// TCP_SYN_RECV: the client's SYN was answered, its ACK has not come, or no byte with it where the listener waits for one.
    private static let state = Array("03".utf8)

    /// Bytes of a list that are read at most: 150 for each socket, of which a large machine has some hundred thousand.
    static let sizeMax = 128 << 20

    /// The handshakes on some ports that are not complete.
    static func handshakes(_ text: [UInt8], _ ports: Set<UInt16>) -> Set<Handshake> {
        let locals = ports.map { port in
            let digits = String(port, radix: 16, uppercase: true)
            return Array((":" + String(repeating: "0", count: 4 - digits.utf8.count) + digits).utf8)
        }
        var found: Set<Handshake> = []
        for line in text.split(separator: UInt8(ascii: "\n")) {
            // Number, local address, remote address, state, and more.
            let words = line.split(separator: UInt8(ascii: " "), maxSplits: 4)
            guard words.count > 3, words[3].elementsEqual(state) else { continue }
            guard locals.contains(where: { words[1].suffix($0.count).elementsEqual($0) }) else { continue }
            found.insert(Array(words[1]) + Array(words[2]))
        }
        return found
    }
}
