/// The cost of comparing a password with a hash. Pure; any thread.

/// The kind of a hash and the work that was chosen for it.
package struct PasswordCost: Hashable, Sendable {
    /// Hashes of one family differ in their work alone.
    enum Family: Hashable, Sendable {
        case bcrypt
        case sha512
        /// Its parameters, of which no part can be compared by itself.
        case yescrypt(String)
    }

    let family: Family
    /// The logarithm of bcrypt's rounds, or SHA-512's rounds; 0 for yescrypt.
    let work: Int

    /// SHA-512's rounds where a hash names none, and the fewest that it takes (crypt(5)).
    private static let sha512Rounds = (usual: 5000, least: 1000)

    init(_ family: Family, work: Int) {
        self.family = family
        self.work = work
    }

    /// The cost of a whole hash; `nil` for a text that is none.
    init?(_ hash: ArraySlice<UInt8>) {
        guard PasswordHash.isWhole(hash) else { return nil }
        let parts = hash.split(separator: UInt8(ascii: "$"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        switch parts[1] {
        case "y": self.init(.yescrypt(parts[2]), work: 0)
        case "6":
            let rounds = parts.count == 5 ? Int(parts[2].dropFirst("rounds=".count)) : nil
            self.init(.sha512, work: rounds ?? Self.sha512Rounds.usual)
        default: self.init(.bcrypt, work: Int(parts[2]) ?? 0)
        }
    }

    // MARK: Equal costs

    /// The settings for crypt(3) that a wrong password is hashed with as well, so that it costs the same whoever the user is.
    ///
    /// In all a wrong password costs as much as the costliest hash of each family. The sums are exact for bcrypt, where the
    /// cost doubles with each step: c, c, c + 1, … up to m - 1 cost as much as m.
    ///
    /// - Parameters:
    ///   - own: the cost of the user's hash; `nil` for a user that the file does not have.
    ///   - costs: those of all hashes of the file.
    /// - Returns: texts such as `$2y$10$` and a salt.
    static func settings(beyond own: PasswordCost?, upTo costs: some Sequence<PasswordCost>) -> [String] {
        var highest: [Family: Int] = [:]
        for cost in costs { highest[cost.family] = max(highest[cost.family] ?? 0, cost.work) }
        // In one order, whatever the table's is.
        let ordered = highest.map { PasswordCost($0.key, work: $0.value) }.sorted { $0.description < $1.description }
        return ordered.flatMap { cost in
            cost.settings(beyond: own?.family == cost.family ? own?.work : nil).map(\.setting)
        }
    }

    /// The costs that are missing to this one.
    private func settings(beyond own: Int?) -> [PasswordCost] {
        guard let own else { return [self] }
        switch family {
        case .bcrypt: return (own..<max(own, work)).map { PasswordCost(.bcrypt, work: $0) }
        case .sha512:
            guard work > own else { return [] }
            return [PasswordCost(.sha512, work: max(work - own, Self.sha512Rounds.least))]
        case .yescrypt: return []
        }
    }

    /// A text by which crypt(3) makes a hash of this cost; the salt is of no meaning.
    private var setting: String {
        switch family {
        case .bcrypt: "$2y$\(work < 10 ? "0" : "")\(work)$pdgbcl503qQRd1GXzrj5N."
        case .sha512: "$6$rounds=\(work)$pdgbcl503qQRd1GX$"
        case .yescrypt(let parameters): "$y$\(parameters)$F5Jx5fExrKuPp53xLKQ..1$"
        }
    }
}

extension PasswordCost: CustomStringConvertible {
    /// As `ringport check` names it: "bcrypt of cost 10".
    package var description: String {
        switch family {
        case .bcrypt: "bcrypt of cost \(work)"
        case .sha512: "SHA-512 of \(work) rounds"
        case .yescrypt(let parameters): "yescrypt of \(parameters)"
        }
    }
}
