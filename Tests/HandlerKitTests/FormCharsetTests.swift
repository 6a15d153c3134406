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
        ] {
            let outcome = try Form.urlEncoded(body)
            #expect(outcome.isRefusal(400, saying: label), "\(outcome)")
            #expect(outcome.isRefusal(400, saying: "accept-charset"), "\(outcome)")
        }
    }

    @Test func anUnknownLabelIsRefusedUnlessNothingDependsOnIt() throws {
        #expect(try Form.urlEncoded("n=a&_charset_=x-none") == .fields(["n=a", "_charset_=x-none"]))
        #expect(try Form.urlEncoded("n=%E9&_charset_=x-none").isRefusal(400, saying: "x-none"))
        #expect(try Form.urlEncoded("n=%C3%A9&_charset_=x-none").isRefusal(400, saying: "x-none"))
        #expect(try Form.urlEncoded("n=%1B$BF%7C&_charset_=iso-2022-jp-9").isRefusal(400, saying: "iso-2022-jp-9"))
        #expect(try Form.urlEncoded("n=%E9&_charset_=utf-8%0D%0AX%FF").isRefusal(400, saying: "utf-8??X?"))
        #expect(
            try Form.urlEncoded("n=%E9&_charset_=" + String(repeating: "a", count: 99)).isRefusal(400, saying: "a…")
        )
    }

    @Test func twoNamesOfDifferentEncodingsAreRefused() throws {
        let outcome = try Form.urlEncoded("n=%E9&_charset_=latin1&_charset_=koi8-r")
        #expect(outcome.isRefusal(400, saying: "latin1") && outcome.isRefusal(400, saying: "koi8-r"), "\(outcome)")
        #expect(try Form.urlEncoded("n=a&_charset_=latin1&_charset_=koi8-r") != outcome)
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
        // A quotation mark's byte may be half of a character of this encoding: browsers escape it all the same.
        let part = Form.part("name=\"\u{1b}$B%22\u{21}\u{1b}(B\"; filename=\"\u{1b}$B%22%22\u{1b}(B\"", "")
        #expect(try Form.multipart([part], charset: "iso-2022-jp") == .fields(["◆@□()="]))
    }

    @Test func aMissingConverterIsARefusalOfItsOwn() {
        #expect(FormError.encodingUnavailable("x").status == .notImplemented)
        #expect(Response.refusal(.encodingUnavailable("no converter")).status == .notImplemented)
    }
}
