/// Users and the hashes of their passwords, as `htpasswd` writes them. Any thread.

internal import CCrypt

/// The users of a realm.
package struct PasswordFile: Sendable {
    private var hashes: [[UInt8]: [CChar]] = [:]
    /// What is compared for a user that nobody knows, so that this takes as long as for one that is known.
    private let stranger: [CChar]

    /// Reads lines `user:hash`; empty ones and those that begin with `#` count for nothing.
    ///
    /// Hashes are bcrypt (`htpasswd -B`), yescrypt or SHA-512 crypt (`mkpasswd`); those that a graphics card guesses
    /// in minutes are refused.
    ///
    /// - Throws: what is wrong in which line.
    package init(_ text: [UInt8]) throws(PasswordFileError) {
        var number = 0
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
            guard PasswordHash.isWhole(hash) else {
                throw PasswordFileError(
                    line: number,
                    reason: "has no bcrypt, yescrypt or SHA-512 hash, or a part; make one with: htpasswd -B FILE USER"
                )
            }
            let user = Array(line[..<colon])
            guard hashes[user] == nil else {
                throw PasswordFileError(line: number, reason: "names a user for the second time")
            }
            hashes[user] = hash.map { CChar(bitPattern: $0) } + [0]
        }
        // Any of them does; where there is none, one whose password nobody has kept.
        stranger =
            hashes.values.first ?? Self.characters("$2y$10$pdgbcl503qQRd1GXzrj5N.T2unBsOLGep9JzgZ286jI.WMeUJmYsm") + [0]
    }

    private static func characters(_ text: String) -> [CChar] { text.utf8.map { CChar(bitPattern: $0) } }

    package var users: [[UInt8]] { Array(hashes.keys) }

    /// Whether the password is the user's.
    ///
    /// - Complexity: as costly as the hash was chosen to be, a tenth of a second with what `htpasswd -B` chooses for a
    ///   cost of 11; the same whether the user is known or not.
    package func verify(user: [UInt8], password: [UInt8]) -> Bool {
        // A NUL would end the password for crypt(3), so that a shorter one were compared.
        guard !password.contains(0) else { return false }
        let hash = hashes[user] ?? stranger
        let text = password.map { CChar(bitPattern: $0) } + [0]
        let isRight = unsafe text.withUnsafeBufferPointer { text in
            unsafe hash.withUnsafeBufferPointer { hash in
                // Both end with a NUL and stay in place during the call.
                guard let text = text.baseAddress, let hash = hash.baseAddress else { return false }
                return unsafe ringport_password_has_hash(text, hash) == 1
            }
        }
        return isRight && hashes[user] != nil
    }
}
