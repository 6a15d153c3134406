/// Texts of forms come out as UTF-8, from the encoding that is named, or the form is refused. Test threads.

import Testing

@testable import HandlerKit

@Suite struct FormCharsetTests {
    private typealias Form = PostedForm

    @Test(arguments: [
        "n=caf%E9&_charset_=windows-1252", "_charset_=windows-1252&n=caf%E9", "a=1&_charset_=windows-1252&n=caf%E9",
        "_charset_=%20Latin1%0A&n=caf%E9", "_CHARSET_=ISO-8859-1&n=caf%E9", "_charset_=&_charset_=l1&n=caf%E9",
        "_charset_=us-ascii&_charset_=cp1252&n=caf%E9", "_charset_=utf-8&n=caf%C3%A9", "n=caf%C3%A9",
        "_charset_=&n=caf%C3%A9", "n=caf\u{e9}", "n=caf%82&_charset_=ibm866&n=caf%C3%A9",
    ])
    func aFieldNamesTheEncodingWhereverItStands(body: String) throws {
        let expected = body.contains("866") ? "n=cafВ" : "n=café"
        let outcome = try Form.urlEncoded(body)
        guard case .fields(let fields) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(fields.contains(expected), "\(fields)")
    }

    @Test func theNameOfAFieldIsDecodedToo() throws {
        let fields = Form.Outcome.fields(["é=1", "_charset_=latin1", "€=%"])
        #expect(try Form.urlEncoded("%E9=1&_charset_=latin1&%80=%25") == fields)
        #expect(try Form.urlEncoded("%93%FA=%95\\&_charset_=sjis") == .fields(["日=表", "_charset_=sjis"]))
    }

    @Test func theRequestsTypeNamesItWhereNoFieldDoes() throws {
        #expect(try Form.urlEncoded("n=%E9", charset: "iso-8859-1") == .fields(["n=é"]))
        #expect(try Form.urlEncoded("n=%E9", charset: "\"ISO-8859-1\"") == .fields(["n=é"]))
        #expect(
            try Form.urlEncoded("n=%E9&_charset_=koi8-r", charset: "latin1") == .fields(["n=И", "_charset_=koi8-r"])
        )
        #expect(try Form.urlEncoded("n=%E9&_charset_=", charset: "latin1") == .fields(["n=é", "_charset_="]))
        #expect(try Form.multipart([Form.part("name=\"\u{e9}\"", "\u{e9}")], charset: "latin1") == .fields(["é=é"]))
    }

    @Test(arguments: ["n=%E9", "%E9=n", "n=%C3&x=%A9", "n%C3=%A9", "n=%ED%A0%80", "n=%C0%AF", "n=%1F%8B%08%00%00%F3"])
    func withoutANameTheTextMustBeUTF8(body: String) throws {
        #expect(try Form.urlEncoded(body).isRefusal(400, saying: "accept-charset=\"utf-8\""))
    }

    @Test func aTextThatIsNotInItsEncodingIsRefused() throws {
        for (body, label) in [
            ("n=%C3%28&_charset_=UTF-8", "UTF-8"), ("n=%81&_charset_=shift_jis", "shift_jis"),
            ("n=%A5&_charset_=iso-8859-3", "iso-8859-3"), ("n=%FF&_charset_=gbk", "gbk"),
            ("n=a&_charset_=utf-16le", "utf-16le"), ("n=a&_charset_=hz-gb-2312", "hz-gb-2312"),
            ("_charset_=iso-2022-kr", "iso-2022-kr"),
        ] {
            let outcome = try Form.urlEncoded(body)
            #expect(outcome.isRefusal(400, saying: label), "\(outcome)")
            #expect(outcome.isRefusal(400, saying: "accept-charset"), "\(outcome)")
        }
    }

    @Test(arguments: [
        "x-none", "utf-7", "utf-32be", "UTF-32", "hz", "IBM037", "cp437", "iso-2022-jp-9", "utf8mb4", "utf-8;",
        "utf-8,latin1", "ebcdic-cp-us", "cesu-8", "0",
    ])
    func anUnknownLabelIsRefusedEvenWhereAllIsASCII(label: String) throws {
        for value in ["a", "caf+AOk-", "", "%E9", "%C3%A9", "%1B$BF%7C"] {
            let outcome = try Form.urlEncoded("n=\(value)&_charset_=\(label)")
            #expect(outcome.isRefusal(400, saying: "encoding as \(label),"), "\(outcome)")
        }
        #expect(try Form.multipart([Form.part("name=_charset_", label)]).isRefusal(400, saying: label))
        let quoted = "\"\(label)\""
        #expect(try Form.urlEncoded("n=a", charset: quoted).isRefusal(400, saying: label))
        #expect(try Form.multipart([Form.part("name=a")], charset: quoted).isRefusal(400, saying: label))
        let own = Form.part("name=a", "caf+AOk-", type: "text/plain; charset=\(quoted)")
        #expect(try Form.multipart([own]).isRefusal(400, saying: label))
    }

    @Test func aLabelIsShownAsItMayBeRead() throws {
        #expect(try Form.urlEncoded("n=a&_charset_=utf-8%0D%0AX%FF").isRefusal(400, saying: "utf-8??X?"))
        let long = String(repeating: "a", count: 199)
        #expect(try Form.urlEncoded("n=a&_charset_=" + long).isRefusal(400, saying: "a…"))
        #expect(try !Form.urlEncoded("n=a&_charset_=" + long).isRefusal(400, saying: long))
    }

    @Test func anUnknownLabelIsRefusedWhereAnotherOneCounts() throws {
        #expect(try Form.urlEncoded("n=a&_charset_=utf-8", charset: "x-none").isRefusal(400, saying: "x-none"))
        #expect(try Form.urlEncoded("n=a&_charset_=utf-8&_charset_=x-none").isRefusal(400, saying: "x-none"))
        #expect(try Form.urlEncoded("n=a&_charset_=%22utf-8%22").isRefusal(400, saying: "\"utf-8\""))
    }

    @Test(arguments: ["", "+", "%0A", "%09+%0C%0D"]) func anEmptyFieldNamesNothing(label: String) throws {
        let fields = try Form.urlEncoded("n=%C3%A9&_charset_=\(label)")
        guard case .fields(let texts) = fields else {
            Issue.record("\(fields)")
            return
        }
        #expect(texts.first == "n=é")
    }

    @Test func anEmptyParameterIsNoName() throws {
        #expect(try Form.urlEncoded("n=a", charset: "\"\"").isRefusal(400, saying: "encoding as \"\","))
        let part = Form.part("name=a", type: "text/plain; charset=\" \"")
        #expect(try Form.multipart([part]).isRefusal(400, saying: "encoding as \"\","))
    }

    @Test(arguments: ["utf-16", "UTF-16LE", "utf-16be", "ucs-2", "unicode"])
    func aFormIsNotSentInUTF16(label: String) throws {
        // Browsers send UTF-8 where a page asks for UTF-16.
        #expect(
            try Form.urlEncoded("name=Adaa&_charset_=\(label)").isRefusal(400, saying: "\(label), in which no form")
        )
        #expect(try Form.urlEncoded("name=Adaa", charset: label).isRefusal(400, saying: "\(label), in which no form"))
        #expect(try Form.multipart([Form.part("name=name")], charset: label).isRefusal(400, saying: "no form"))
        let part = Form.part("name=a", label == "utf-16be" ? "\0é" : "é\0", type: "text/plain; charset=\(label)")
        #expect(try Form.multipart([part]) == .fields(["a=é"]), "a part may be")
    }

    @Test func twoNamesOfDifferentEncodingsAreRefused() throws {
        for value in ["%E9", "a", ""] {
            let outcome = try Form.urlEncoded("n=\(value)&_charset_=latin1&_charset_=koi8-r")
            #expect(outcome.isRefusal(400, saying: "latin1 and as koi8-r"), "\(outcome)")
        }
        #expect(
            try Form.urlEncoded("n=a", charset: "utf-8; charset=latin1").isRefusal(400, saying: "utf-8 and as latin1")
        )
        #expect(try Form.urlEncoded("n=%E9", charset: "latin1; CHARSET=cp1252") == .fields(["n=é"]))
        let parts = ["utf-8; charset=koi8-r", "latin1; Charset=\"cp1252\""].map {
            Form.part("name=a", "\u{e9}", type: "text/plain; charset=" + $0)
        }
        #expect(try Form.multipart([parts[0]]).isRefusal(400, saying: "utf-8 and as koi8-r"))
        #expect(try Form.multipart([parts[1]]) == .fields(["a=é"]))
    }

    @Test func aPartsOwnEncodingComesFirst() throws {
        let own = Form.part("name=a", "caf\u{e9}", type: "text/plain; charset=ISO-8859-1")
        #expect(try Form.multipart([own]) == .fields(["a=café"]))
        let others = [
            Form.part("name=\"\u{c9}\"", "\u{c9}"), own, Form.part("name=_charset_", "koi8-r"),
            Form.part("name=u", "\u{c3}\u{a9}", type: "text/plain;charset=\"utf-8\""),
            Form.part("name=f; filename=\"\u{c9}\"", "\u{c3}\u{a9}", type: "text/plain; charset=koi8-r"),
        ]
        #expect(
            try Form.multipart(others, charset: "windows-1251")
                == .fields(["и=и", "a=café", "_charset_=koi8-r", "u=é", "f@и(text/plain; charset=koi8-r)=é"])
        )
        let unknown = Form.part("name=a", "caf\u{e9}", type: "text/plain; charset=x-none")
        #expect(try Form.multipart([unknown]).isRefusal(400, saying: "x-none"))
        let damaged = Form.part("name=a", "caf\u{e9}", type: "text/plain; charset=utf-8")
        #expect(try Form.multipart([damaged]).isRefusal(400, saying: "utf-8"))
    }

    @Test func theNamesOfPartsAreUTF8WhereNothingIsNamed() throws {
        #expect(try Form.multipart([Form.part("name=\"\u{c3}\u{a9}\"", "a")]) == .fields(["é=a"]))
        for part in [
            Form.part("name=\"\u{e9}\"", "a"), Form.part("name=a", "\u{e9}"), Form.part("name=a; filename=\"\u{e9}\""),
            Form.part("name=a; filename=b", type: "text/\u{e9}"),
            Form.part("name=a; filename*=utf-8''b", type: "text/\u{e9}"),
        ] {
            #expect(try Form.multipart([part]).isRefusal(400, saying: "accept-charset"), "\(part)")
        }
    }

    @Test func whatAFileHoldsIsLeftAsItIs() throws {
        let body = "--B\r\n\(Form.part("name=f; filename=a", ""))"
        let bytes = Array(body.utf8) + [0xff, 0xe9, 0x00] + Array("\r\n--B--".utf8)
        let lines = [("Content-Type", "multipart/form-data; boundary=B; charset=koi8-r")]
        let value = try PostedForm.withRequest(bytes, lines) { request in try request.formFields().first?.value }
        #expect(value == [0xff, 0xe9, 0x00])
    }

    @Test func aByteOrderMarkIsACharacterOfTheText() throws {
        #expect(try Form.urlEncoded("n=%EF%BB%BFa") == .fields(["n=\u{feff}a"]))
    }

    @Test func percentSignsAreDecodedBeforeTheCharset() throws {
        #expect(try Form.urlEncoded("n=%25E9%E9+&_charset_=latin1") == .fields(["n=%E9é ", "_charset_=latin1"]))
    }

    /// The bytes of %22 are ゲ and half of another character as well, those of %0D グ and half of another.
    @Test func anEscapeThatMayBeCharactersIsRefused() throws {
        let escapes = Form.part("name=\"\u{1b}$BF|K\\\u{1b}(B%22%0D\"; filename=\"\u{1b}$B%0D|\u{1b}(B%0A\"", "")
        #expect(try Form.multipart([escapes], charset: "iso-2022-jp") == .fields(["日本\"\r@グ諦\n()="]))
        for disposition in ["name=\"\u{1b}$B%22!\u{1b}(B\"", "name=a; filename=\"\u{1b}$B$%22\u{1b}(B\""] {
            let outcome = try Form.multipart([Form.part(disposition)], charset: "iso-2022-jp")
            #expect(outcome.isRefusal(400, saying: "two ways"), "\(outcome)")
            let named = try Form.multipart([Form.part(disposition), Form.part("name=_charset_", "iso-2022-jp")])
            #expect(named == outcome)
        }
        #expect(
            try Form.multipart([Form.part("name=\"\u{1b}$B%22\"")]) == .fields(["\u{1b}$B\"=x"]),
            "in UTF-8 it is one"
        )
    }

    @Test func aMissingConverterIsARefusalOfItsOwn() {
        #expect(FormError.encodingUnavailable("x").status == .notImplemented)
        #expect(Response.refusal(.encodingUnavailable("no converter")).status == .notImplemented)
    }
}
