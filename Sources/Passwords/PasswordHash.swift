/// The forms of hashes that are accepted, as crypt(5) has them. Pure; any thread.

/// Tells a hash that a password can have from one that was cut off or mistyped, which no password ever would.
enum PasswordHash {
    /// True when the text is a whole bcrypt, yescrypt or SHA-512 hash.
    ///
    /// Those that a graphics card guesses in minutes, `$apr1$` and `{SHA}` among them, are none of these.
    static func isWhole(_ text: ArraySlice<UInt8>) -> Bool {
        let parts = text.split(separator: UInt8(ascii: "$"), omittingEmptySubsequences: false)
        guard parts.count >= 4, parts[0].isEmpty else { return false }
        switch String(decoding: parts[1], as: UTF8.self) {
        case "2a", "2b", "2y":
            return parts.count == 4 && isCost(parts[2]) && isCoded(parts[3], 53...53)
        case "y":
            return parts.count == 5 && isCoded(parts[2], 1...16) && isCoded(parts[3], 0...86)
                && isCoded(parts[4], 43...43)
        case "6":
            let hasRounds = parts.count == 5
            guard parts.count == 4 || hasRounds && isRounds(parts[2]) else { return false }
            let salt = parts[parts.count - 2]
            return (1...16).contains(salt.count) && salt.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x3A }
                && isCoded(parts[parts.count - 1], 86...86)
        default: return false
        }
    }

    /// The logarithm of bcrypt's rounds: 04 to 31.
    private static func isCost(_ text: ArraySlice<UInt8>) -> Bool {
        guard text.count == 2, let cost = Int(String(decoding: text, as: UTF8.self)) else { return false }
        return (4...31).contains(cost)
    }

    private static func isRounds(_ text: ArraySlice<UInt8>) -> Bool {
        let digits = text.dropFirst(7)
        guard text.starts(with: "rounds=".utf8), digits.first != 0x30,
            let rounds = Int(String(decoding: digits, as: UTF8.self))
        else { return false }
        return (1000...999_999_999).contains(rounds)
    }

    /// The alphabet is crypt's own: `./0-9A-Za-z`.
    private static func isCoded(_ text: ArraySlice<UInt8>, _ counts: ClosedRange<Int>) -> Bool {
        counts.contains(text.count)
            && text.allSatisfy { byte in
                switch byte {
                case 0x2E...0x39, 0x41...0x5A, 0x61...0x7A: true
                default: false
                }
            }
    }
}
