/// Addresses to listen on, as people write them. Pure; any thread.

internal import Glibc

/// An address to listen on.
package enum ListenAddress: Sendable, Equatable, CustomStringConvertible {
    case ipv4(String, port: UInt16)
    /// Without brackets, in the form of RFC 5952.
    case ipv6(String, port: UInt16)
    /// A port of every address of the machine, of both families.
    case everywhere(port: UInt16)
    /// The file of a Unix socket.
    case unix(String)

    package init(host: String, port: UInt16, isIPv6: Bool) {
        self = isIPv6 ? .ipv6(host, port: port) : .ipv4(host, port: port)
    }

    /// Reads `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`, `:8080`, `*:8080` or `unix:/run/a.sock`; `nil` when it is none.
    package init?(_ text: String) {
        guard let address = try? ListenAddress(reading: text) else { return nil }
        self = address
    }

    /// The same, with what is wrong and what to write.
    package init(reading text: String) throws(ListenAddressProblem) {
        if text.hasPrefix("unix:") {
            self = .unix(try Self.path(text.dropFirst(5)))
            return
        }
        guard !text.contains("://") else {
            throw ListenAddressProblem("write it without the scheme, as 127.0.0.1:8080")
        }
        let isBare = !text.isEmpty && text.utf8.allSatisfy(Self.isDigit)
        guard !isBare else { throw ListenAddressProblem("write :\(text) for every address, or 127.0.0.1:\(text)") }
        guard let colon = text.lastIndex(of: ":"), !text.hasSuffix("]") else {
            throw ListenAddressProblem("write \(Self.examples)")
        }
        let digits = text[text.index(after: colon)...]
        guard digits.utf8.allSatisfy(Self.isDigit), let port = UInt16(digits) else {
            throw ListenAddressProblem("a port is a number from 0 to 65535; write \(Self.examples)")
        }
        self = try Self.address(String(text[..<colon]), port)
    }

    package static let examples =
        "an address such as \"127.0.0.1:8080\", \"[::1]:8080\", \":8080\" or \"unix:/run/ringport.sock\""

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    private static func address(_ host: String, _ port: UInt16) throws(ListenAddressProblem) -> ListenAddress {
        switch host {
        case "", "*": return .everywhere(port: port)
        case "localhost": return .ipv4("127.0.0.1", port: port)
        default: break
        }
        if host.hasPrefix("["), host.hasSuffix("]") {
            guard let canonical = canonicalIPv6(String(host.dropFirst().dropLast())) else {
                throw ListenAddressProblem("there is no IPv6 address between the brackets")
            }
            guard !canonical.hasPrefix("::ffff:") || !canonical.contains(".") else {
                throw ListenAddressProblem("write \(canonical.dropFirst(7)):\(port), which is the same address")
            }
            return .ipv6(canonical, port: port)
        }
        var address = in_addr()
        if unsafe inet_pton(AF_INET, host, &address) == 1 { return .ipv4(host, port: port) }
        if host.contains(":") { throw ListenAddressProblem("an IPv6 address stands in brackets, as [::1]:8080") }
        throw ListenAddressProblem("names are not looked up; write \(examples)")
    }

    private static func canonicalIPv6(_ text: String) -> String? {
        var address = in6_addr()
        guard unsafe inet_pton(AF_INET6, text, &address) == 1 else { return nil }
        var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard unsafe inet_ntop(AF_INET6, &address, &buffer, socklen_t(buffer.count)) != nil else { return nil }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The path of a Unix socket; several slashes at its beginning are one, as in `unix:///run/a.sock`.
    private static func path(_ text: Substring) throws(ListenAddressProblem) -> String {
        let rest = text.drop { $0 == "/" }
        guard !rest.isEmpty else { throw ListenAddressProblem("name the socket's file, as unix:/run/ringport.sock") }
        guard !text.hasPrefix("@") else {
            throw ListenAddressProblem("a socket without a file has no permissions; write unix:/run/ringport.sock")
        }
        guard !text.hasSuffix("/") else { throw ListenAddressProblem("that is a folder; name a file in it") }
        guard !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            throw ListenAddressProblem("a path has no control characters")
        }
        // Other ways to write the same path are the same address.
        let parts = rest.split(separator: "/").filter { $0 != "." }
        let path = (text.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
        guard path.utf8.count <= pathSizeMax else {
            throw ListenAddressProblem(
                "a socket's path has at most \(pathSizeMax) bytes, and this one \(path.utf8.count)"
            )
        }
        return path
    }

    /// Bytes that the kernel takes of a socket's path (unix(7)), without the zero behind it.
    static let pathSizeMax = 107

    // MARK: What it is

    /// The port; 0 for a Unix socket, which has none.
    package var port: UInt16 {
        switch self {
        case .ipv4(_, let port), .ipv6(_, let port), .everywhere(let port): port
        case .unix: 0
        }
    }

    /// True when only programs of this machine can reach it by TCP.
    var isLoopback: Bool {
        switch self {
        case .ipv4(let host, _): host.hasPrefix("127.")
        case .ipv6(let host, _): host == "::1"
        case .everywhere, .unix: false
        }
    }

    package var isUnix: Bool {
        if case .unix = self { true } else { false }
    }

    /// The same with another port.
    func with(port: UInt16) -> ListenAddress {
        switch self {
        case .ipv4(let host, _): .ipv4(host, port: port)
        case .ipv6(let host, _): .ipv6(host, port: port)
        case .everywhere: .everywhere(port: port)
        case .unix: self
        }
    }

    package var description: String {
        switch self {
        case .ipv4(let host, let port): "\(host):\(port)"
        case .ipv6(let host, let port): "[\(host)]:\(port)"
        case .everywhere(let port): "*:\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }

    /// The address as the ready line says it: as a browser or curl opens it, if there is such a form.
    package var readyText: String {
        switch self {
        case .ipv4, .ipv6: "http://\(self)"
        case .everywhere(let port): "http://127.0.0.1:\(port) (\(self): every address, IPv4 and IPv6)"
        case .unix: description
        }
    }

    // MARK: Several

    /// Names a fault of addresses that are listened on together; `nil` when there is none.
    ///
    /// The kernel would say that the address is in use, and not by which other.
    package static func clash(among addresses: [ListenAddress]) -> String? {
        for (index, address) in addresses.enumerated() where address.isUnix || address.port != 0 {
            for other in addresses[..<index] {
                if other == address { return "has \(address) twice; once is enough" }
                if other.covers(address) { return "has \(other), which takes \(address) too; leave one of them away" }
                if address.covers(other) { return "has \(address), which takes \(other) too; leave one of them away" }
            }
        }
        return nil
    }

    private func covers(_ other: ListenAddress) -> Bool {
        guard port == other.port else { return false }
        switch (self, other) {
        case (.everywhere, .ipv4), (.everywhere, .ipv6): return true
        case (.ipv4("0.0.0.0", _), .ipv4), (.ipv6("::", _), .ipv6): return true
        default: return false
        }
    }
}

/// The fault of a text that is no address to listen on.
package struct ListenAddressProblem: Error, CustomStringConvertible {
    /// The remedy; follows the text.
    package let description: String

    init(_ description: String) { self.description = description }
}
