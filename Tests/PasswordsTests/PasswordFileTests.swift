/// Users and their passwords. The hashes were made by: htpasswd -nbB -C 4 alice 'geheim:ä', openssl passwd -6 geheim.

import Passwords
import Testing

@Suite struct PasswordFileTests {
    private static let alice = "alice:$2y$04$wxODVaIR95OmGWexLW0hvu.Q11t6EH7fPdU5XJY53leraGRKpeZ6i"
    private static let bob =
        "bob:$6$abcdefgh$msgktWxVAbjjh3X7lA5LaM7dS/ZfABJL6T4qcRsnjcOTj0kptUvZcrvrXIoO5fgPA9xz6UnF2To2Y7jGc/IZY/"

    @Test(arguments: [
        ("alice", "geheim:ä", true), ("alice", "geheim:", false), ("alice", "", false), ("alice", "geheim:ä ", false),
        ("bob", "geheim", true), ("bob", "geheim:ä", false), ("carol", "geheim", false), ("", "geheim", false),
        ("alice", "geheim:ä\u{0}x", false),
    ])
    func aPasswordIsItsUsersOrNot(user: String, password: String, isRight: Bool) throws {
        let file = try PasswordFile(Array("# users\n\n\(Self.alice)\r\n\(Self.bob)\n".utf8))
        #expect(file.verify(user: Array(user.utf8), password: Array(password.utf8)) == isRight)
    }

    @Test func aFileWithoutUsersLetsNobodyIn() throws {
        let file = try PasswordFile([])
        #expect(!file.verify(user: [], password: []))
        #expect(!file.verify(user: Array("alice".utf8), password: Array("geheim:ä".utf8)))
    }

    @Test(arguments: [
        ("alice", 1), ("# x\nalice:geheim", 2), ("\nalice:$apr1$x$0123456789012345678901234567", 2),
        (":$2y$04$wxODVaIR95OmGWexLW0hvu.Q11t6EH7fPdU5XJY53leraGRKpeZ6i", 1), ("alice:", 1),
        ("alice:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=", 1), ("\(Self.alice)\n\(Self.alice)", 2), ("alice:$2y$short", 1),
    ])
    func aLineThatIsNoUserIsRefused(text: String, line: Int) {
        let error = #expect(throws: PasswordFileError.self) { _ = try PasswordFile(Array(text.utf8)) }
        #expect(error?.line == line)
    }
}
