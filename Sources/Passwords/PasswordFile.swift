/// Users and the hashes of their passwords, as `htpasswd` writes them. Any thread.

/// The users of a realm.
package struct PasswordFile: Sendable {
    private struct Entry {
        let hash: [CChar]
        let cost: PasswordCost
    }

    private var entries: [[UInt8]: Entry] = [:]
    /// Settings that a wrong password is hashed with beside the user's hash, by its cost; `nil` for unknown users.
    private let settings: [PasswordCost?: [[CChar]]]
    /// The costs of the hashes, each with the line that has it first, in the order of these lines.
    package let costs: [(cost: PasswordCost, line: Int)]

    /// Reads lines `user:hash`; empty ones and those that begin with `#` count for nothing.
    ///
    /// Hashes are bcrypt (`htpasswd -B`), yescrypt or SHA-512 crypt (`mkpasswd`); those that a graphics card guesses
    /// in minutes are refused.
    ///
    /// - Throws: what is wrong in which line.
    package init(_ text: [UInt8]) throws(PasswordFileError) {
        var number = 0
        var lines: [PasswordCost: Int] = [:]
        for line in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            guard let first = line.first, first != UInt8(ascii: "#") else { continue }
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex else {
                throw PasswordFileError(
                    line: number,
                    reason: "is not user:hash; make lines with: htpasswd -B FILE USER"
                )
            }
            let hash = line[(colon + 1)...]
            guard let cost = PasswordCost(hash) else {
                throw PasswordFileError(
                    line: number,
                    reason: "has no bcrypt, yescrypt or SHA-512 hash, or a part; make one with: htpasswd -B FILE USER"
                )
            }
            let user = Array(line[..<colon])
            guard entries[user] == nil else {
                throw PasswordFileError(line: number, reason: "names a user for the second time")
            }
            entries[user] = Entry(hash: hash.map { CChar(bitPattern: $0) } + [0], cost: cost)
            if lines[cost] == nil { lines[cost] = number }
        }
        costs = lines.map { ($0.key, $0.value) }.sorted { $0.line < $1.line }
        // Of a file without users a password costs something too.
        let all = lines.isEmpty ? [PasswordCost(.bcrypt, work: 10)] : Array(lines.keys)
        var settings: [PasswordCost?: [[CChar]]] = [:]
        for own in all.map(Optional.some) + [nil] {
            settings[own] = PasswordCost.settings(beyond: own, upTo: all).map { text in
                text.utf8.map { CChar(bitPattern: $0) } + [0]
            }
        }
        self.settings = settings
    }

    package var users: [[UInt8]] { Array(entries.keys) }

    /// A comparison of a password with the user's.
    package func trial(user: [UInt8], password: [UInt8]) -> PasswordTrial {
        let entry = entries[user]
        return PasswordTrial(hash: entry?.hash, settings: settings[entry?.cost] ?? [], password: password)
    }
}
