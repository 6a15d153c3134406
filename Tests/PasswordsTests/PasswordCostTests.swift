/// The cost of a password, by the hashes that crypt(3) is asked for and never by time.

import Testing

@testable import Passwords

@Suite struct PasswordCostTests {
    private static let bcrypt = "wxODVaIR95OmGWexLW0hvu.Q11t6EH7fPdU5XJY53leraGRKpeZ6i"
    private static let sha512 =
        "abcdefgh$msgktWxVAbjjh3X7lA5LaM7dS/ZfABJL6T4qcRsnjcOTj0kptUvZcrvrXIoO5fgPA9xz6UnF2To2Y7jGc/IZY/"
    private static let yescrypt = "F5Jx5fExrKuPp53xLKQ..1$lzyKa93cxWzumbNMSXRrkR7mXmh4rsJgKbjgapoNUZ2"

    private static func file(_ lines: String...) throws -> PasswordFile {
        try PasswordFile(Array(lines.joined(separator: "\n").utf8))
    }

    /// The settings that a password is hashed with, when each comparison says that it is wrong.
    private func hashed(_ file: PasswordFile, _ user: String, _ password: [UInt8] = [97]) -> [String] {
        var settings: [String] = []
        let isRight = file.trial(user: Array(user.utf8), password: password).run { _, hash in
            settings.append(String(decoding: hash.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
            return false
        }
        #expect(!isRight)
        return settings
    }

    /// The rounds of all bcrypt settings in all.
    private func rounds(_ settings: [String]) -> Int {
        settings.reduce(0) { $0 + (1 << (Int($1.dropFirst(4).prefix(2)) ?? 0)) }
    }

    @Test func aWrongPasswordCostsWhatTheCostliestHashDoesWhoeverTheUserIs() throws {
        let file = try Self.file(
            "ann:$2y$04$\(Self.bcrypt)",
            "bob:$2b$09$\(Self.bcrypt)",
            "eve:$2a$12$\(Self.bcrypt)",
            "cid:$2y$12$\(Self.bcrypt)"
        )
        for user in ["ann", "bob", "eve", "cid", "nobody", ""] {
            #expect(rounds(hashed(file, user)) == 1 << 12, "\(user)")
        }
        #expect(hashed(file, "eve").count == 1, "the costliest is hashed once")
    }

    @Test func usersOfOneCostAreHashedOnce() throws {
        let file = try Self.file("ann:$2y$11$\(Self.bcrypt)", "bob:$2y$11$\(Self.bcrypt)")
        for user in ["ann", "bob", "nobody"] { #expect(hashed(file, user).count == 1) }
        #expect(hashed(file, "nobody") == ["$2y$11$pdgbcl503qQRd1GXzrj5N."])
        #expect(hashed(try Self.file(), "nobody") == ["$2y$10$pdgbcl503qQRd1GXzrj5N."])
    }

    /// A hash costs as much as the costliest of its family, so that no family tells itself by the time.
    @Test func eachFamilyCostsWhatItsCostliestDoes() throws {
        let file = try Self.file(
            "ann:$2y$05$\(Self.bcrypt)",
            "bob:$6$\(Self.sha512)",
            "cid:$6$rounds=9000$\(Self.sha512)",
            "dora:$y$j75$\(Self.yescrypt)",
            "eve:$y$j9T$\(Self.yescrypt)",
            "fay:$6$rounds=8999$\(Self.sha512)"
        )
        func summary(_ user: String) -> [String: Int] {
            var works: [String: Int] = [:]
            for setting in hashed(file, user) {
                let parts = setting.split(separator: "$", omittingEmptySubsequences: false).map(String.init)
                switch parts[1] {
                case "6":
                    let rounds = parts[2].hasPrefix("rounds=") ? Int(parts[2].dropFirst("rounds=".count)) : nil
                    works["6", default: 0] += rounds ?? 5000
                case "y": works["y\(parts[2])", default: 0] += 1
                default: works["bcrypt", default: 0] += 1 << (Int(parts[2]) ?? 0)
                }
            }
            return works
        }
        var expected = ["bcrypt": 32, "6": 9000, "yj75": 1, "yj9T": 1]
        for user in ["ann", "bob", "cid", "dora", "eve", "nobody"] { #expect(summary(user) == expected, "\(user)") }
        // crypt(3) takes no fewer rounds than a thousand.
        expected["6"] = 9999
        #expect(summary("fay") == expected)
    }

    @Test func aRightPasswordCostsItsOwnHash() throws {
        let file = try Self.file("ann:$2y$04$\(Self.bcrypt)", "bob:$2y$12$\(Self.bcrypt)")
        var count = 0
        let isRight = file.trial(user: Array("ann".utf8), password: [97]).run { _, _ in
            count += 1
            return true
        }
        #expect(isRight && count == 1)
    }

    /// A wait in line holds no more of a password than crypt(3) looks at; what it refuses stays refused.
    @Test func aPasswordIsNoLongerThanIsLookedAt() throws {
        let file = try Self.file("ann:$2y$04$\(Self.bcrypt)")
        for (count, held) in [(0, 0), (72, 72), (511, 511), (512, 512), (100_000, 512)] {
            let password = [UInt8](repeating: 97, count: count)
            _ = file.trial(user: Array("ann".utf8), password: password).run { password, _ in
                #expect(password.count == held + 1 && password.last == 0)
                return false
            }
        }
    }

    /// A comparison that says "equal" by mistake lets nobody in: a NUL ends the text for crypt(3), and settings are no hashes.
    @Test func onlyAWholePasswordOfAKnownUserIsRight() throws {
        let file = try Self.file("ann:$2y$04$\(Self.bcrypt)", "bob:$2y$05$\(Self.bcrypt)")
        for (user, password) in [("ann", [97, 0, 98]), ("nobody", [97])] as [(String, [UInt8])] {
            #expect(!file.trial(user: Array(user.utf8), password: password).run { _, _ in true })
        }
    }

    @Test func costsAreNamedWithTheLinesThatHaveThemFirst() throws {
        let file = try Self.file(
            "# users",
            "ann:$2y$12$\(Self.bcrypt)",
            "bob:$6$\(Self.sha512)",
            "cid:$2y$12$\(Self.bcrypt)",
            "dora:$y$j75$\(Self.yescrypt)",
            "eve:$6$rounds=5000$\(Self.sha512)"
        )
        #expect(
            file.costs.map { "\($0.cost) \($0.line)" }
                == ["bcrypt of cost 12 2", "SHA-512 of 5000 rounds 3", "yescrypt of j75 5"]
        )
    }

    /// Each setting is one that crypt(3) takes: a refused one would cost nothing.
    @Test func settingsAreTaken() throws {
        for (hash, right) in [("$2y$04$\(Self.bcrypt)", "geheim:ä"), ("$y$j75$\(Self.yescrypt)", "geheim")] {
            let file = try Self.file("ann:\(hash)", "bob:$6$rounds=2000$\(Self.sha512)", "cid:$2y$06$\(Self.bcrypt)")
            #expect(file.trial(user: Array("ann".utf8), password: Array(right.utf8)).run())
            for setting in hashed(file, "nobody") + hashed(file, "ann") where setting.count < 50 {
                #expect(Crypt.makesHash(setting), "\(setting)")
            }
        }
    }
}
