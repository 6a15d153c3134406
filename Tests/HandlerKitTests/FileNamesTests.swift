/// Parts that are files by their extended names, and in which charset. Test threads.

import Testing

@testable import HandlerKit

@Suite struct FileNamesTests {
    private typealias Form = PostedForm

    private static func read(_ disposition: String, charset: String? = nil) throws -> PostedForm.Outcome {
        try Form.multipart([Form.part(disposition)], charset: charset)
    }

    @Test(arguments: [
        ("name=a; filename*=UTF-8''caf%C3%A9", "a@café()=x"), ("name=a; filename*=utf-8'fr'x", "a@x()=x"),
        ("name=a; filename*=ISO-8859-1''caf%E9", "a@café()=x"), ("name=a; filename*=koi8-r''%E9", "a@И()=x"),
        ("name=a; filename*=utf-8''", "a@()=x"), ("name=a; filename*=UTF-8''%E2%82%AC; filename=\"EUR\"", "a@€()=x"),
        ("name=a; filename=\"EUR\"; filename*=UTF-8''%E2%82%AC", "a@€()=x"),
        ("name*=utf-8''%C3%A9; filename=b", "é@b()=x"), ("name=e; name*=utf-8''%C3%A9", "é=x"),
        // One that can't be read is passed over where there is another.
        ("name=a; filename=b; filename*=utf-8''%E9", "a@b()=x"),
        ("name=a; filename=b; filename*=x-none''%E9", "a@b()=x"),
        ("name=a; filename=b; filename*=utf-7''caf+AOk-", "a@b()=x"), ("name=a; filename=b; filename*=''x", "a@b()=x"),
        ("name=a; filename=b; filename*=%E9", "a@b()=x"), ("name=a; name*=utf-8''%E9", "a=x"),
    ])
    func anExtendedNameIsDecodedByItsOwnCharset(disposition: String, expected: String) throws {
        #expect(try Self.read(disposition) == .fields([expected]))
        #expect(try Self.read(disposition, charset: "shift_jis") == .fields([expected]), "the form's is another")
    }

    @Test(arguments: [
        "name=a; filename*=utf-8''%E9", "name=a; filename*=x-none''%E9", "name=a; filename*=x", "name=a; filename*=''x",
        "name*=utf-8''%E9", "name=a; filename*=utf-7''caf+AOk-", "name*=utf-32be''a", "name=a; filename*=hz-gb-2312''x",
        "name=a; filename*0*=utf-8''x",
    ])
    func aFileWhoseNameCantBeReadIsRefusedAndNoText(disposition: String) throws {
        let outcome = try Self.read(disposition)
        #expect(outcome.isRefusal(400, saying: "."), "\(outcome)")
    }

    @Test(arguments: [
        (#"name="a\""#, #"a\=x"#), (#"name="\""#, #"\=x"#), (#"name="\\""#, #"\\=x"#),
        (#"name="a\"; filename="C:\dir\""#, #"a\@C:\dir\()=x"#), (#"name="a\"b""#, #"a"b=x"#),
        (#"name="a%22b"; filename="%0D%0A""#, "a\"b@\r\n()=x"), (#"name="%0d"; filename="%0a""#, "%0d@%0a()=x"),
    ])
    func aBackslashIsReadAsItWasMeant(disposition: String, expected: String) throws {
        #expect(try Self.read(disposition) == .fields([expected]))
    }

    /// The second byte of 表 is a backslash's.
    @Test func aBackslashMayBeHalfOfACharacter() throws {
        let disposition = "name=\"\u{95}\\\"; filename=\"\u{95}\\\""
        #expect(try Self.read(disposition, charset: "shift_jis") == .fields(["表@表()=x"]))
    }
}
