/// Users and their passwords. The hashes were made by: htpasswd -nbB -C 4 alice 'geheim:ä', openssl passwd -6 geheim, and
/// perl -e 'print crypt("geheim", "\$y\$j75\$F5Jx5fExrKuPp53xLKQ..1")'.

import Passwords
import Testing

@Suite struct PasswordFileTests {
    private static let alice = "alice:$2y$04$wxODVaIR95OmGWexLW0hvu.Q11t6EH7fPdU5XJY53leraGRKpeZ6i"
    private static let bob =
        "bob:$6$abcdefgh$msgktWxVAbjjh3X7lA5LaM7dS/ZfABJL6T4qcRsnjcOTj0kptUvZcrvrXIoO5fgPA9xz6UnF2To2Y7jGc/IZY/"
    private static let dora = "dora:$y$j75$F5Jx5fExrKuPp53xLKQ..1$lzyKa93cxWzumbNMSXRrkR7mXmh4rsJgKbjgapoNUZ2"

    @Test(arguments: [
        ("alice", "geheim:ä", true), ("alice", "geheim:", false), ("alice", "", false), ("alice", "geheim:ä ", false),
        ("bob", "geheim", true), ("bob", "geheim:ä", false), ("carol", "geheim", false),
        ("dora", "geheim", true), ("dora", "geheim ", false), ("", "geheim", false),
        ("alice", "geheim:ä\u{0}x", false),
    ])
    func aPasswordIsItsUsersOrNot(user: String, password: String, isRight: Bool) throws {
        let file = try PasswordFile(Array("# users\n\n\(Self.alice)\r\n\(Self.bob)\n\(Self.dora)\n".utf8))
        #expect(file.trial(user: Array(user.utf8), password: Array(password.utf8)).run() == isRight)
    }

    @Test func aFileWithoutUsersLetsNobodyIn() throws {
        let file = try PasswordFile([])
        #expect(!file.trial(user: [], password: []).run())
        #expect(!file.trial(user: Array("alice".utf8), password: Array("geheim:ä".utf8)).run())
    }

    @Test(arguments: [
        ("alice", 1), ("# x\nalice:geheim", 2), ("\nalice:$apr1$x$0123456789012345678901234567", 2),
        (":$2y$04$wxODVaIR95OmGWexLW0hvu.Q11t6EH7fPdU5XJY53leraGRKpeZ6i", 1), ("alice:", 1),
        ("alice:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=", 1), ("\(Self.alice)\n\(Self.alice)", 2), ("alice:$2y$short", 1),
        ("\(Self.alice)x", 1), ("\(Self.alice.dropLast())", 1), ("\(Self.alice):more", 1), ("\(Self.alice) ", 1),
        ("\(Self.bob.dropLast())", 1), ("\(Self.dora.dropLast())", 1), ("\(Self.alice)\n\(Self.bob)x", 2),
        ("alice:$2y$99$wxODVaIR95OmGWexLW0hvu.Q11t6EH7fPdU5XJY53leraGRKpeZ6i", 1),
        ("alice:$1$abcdefgh$0123456789012345678901", 1), ("alice:$y$rubbishrubbishrubbishrubbish", 1),
    ])
    func aLineThatIsNoUserIsRefused(text: String, line: Int) {
        let error = #expect(throws: PasswordFileError.self) { _ = try PasswordFile(Array(text.utf8)) }
        #expect(error?.line == line)
    }
}
