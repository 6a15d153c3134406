/// Names of parts and files, as browsers write them, as other programs do, and as RFC 8187 has it.

import HTTP
import Testing

@Suite struct PartNamesTests {
    /// `name`, `name@filename`, each with `*` and its own charset where it is an extended one; nil when refused.
    private static func names(_ disposition: String) -> String? {
        let body = Array("--B\r\nContent-Disposition: form-data; \(disposition)\r\n\r\n\r\n--B--".utf8)
        let type = Array("multipart/form-data; boundary=B".utf8)
        guard var form = MultipartForm(contentType: type.span), case .part(let part) = form.next(in: body.span) else {
            return nil
        }
        func plain(_ place: Range<Int>) -> String {
            var scratch: [UInt8] = []
            let name = MultipartForm.decodeName(
                body.span.extracting(place),
                hasQuotedPairs: part.hasQuotedPairs,
                into: &scratch
            )
            return name.map { String(decoding: scratch[$0], as: UTF8.self) } ?? "?"
        }
        func extended(_ place: Range<Int>) -> String {
            let text = body.span.extracting(place)
            guard let value = ExtendedValue(text) else { return "*?" }
            let charset = String(decoding: body[place][place.lowerBound...][range(value.charset, place)], as: UTF8.self)
            return "*(" + charset + ")" + String(decoding: value.bytes(of: text), as: UTF8.self)
        }
        func range(_ inner: Range<Int>, _ outer: Range<Int>) -> Range<Int> {
            inner.lowerBound + outer.lowerBound..<inner.upperBound + outer.lowerBound
        }
        let name = plain(part.name) + (part.extendedName.map(extended) ?? "")
        guard part.isFile else { return name }
        return name + "@" + (part.filename.map(plain) ?? "") + (part.extendedFilename.map(extended) ?? "")
    }

    /// Chromium, Firefox and Safari escape quotation marks and line breaks by percent signs, and nothing else.
    @Test(arguments: [
        Case(#"name="a\""#, #"a\"#), Case(#"name="\""#, #"\"#), Case(#"name="\\""#, #"\\"#),
        Case(#"name="a\\b""#, #"a\\b"#), Case(#"name="a\"; filename="b""#, #"a\@b"#),
        Case(#"name="a\";filename="C:\dir\""#, #"a\@C:\dir\"#), Case(#"name="a" ; filename="b\""#, #"a@b\"#),
        Case(#"filename="b\" ; name="a\""#, #"a\@b\"#), Case(#"name="a%22b%0D%0A""#, "a\"b\r\n"),
        Case(#"name="a;b=c""#, "a;b=c"), Case(#"name="a\"; filename="\"; x="y""#, #"a\@\"#),
        Case(#"name="\n\"; filename="b""#, #"\n\@b"#), Case(#"name="表\""#, #"表\"#), Case(#"name="";filename="""#, "@"),
    ])
    func aBackslashIsACharacterToBrowsers(_ line: Case<String>) {
        #expect(Self.names(line.input) == line.expected)
    }

    /// curl before 7.81, aiohttp and old Firefox write quoted pairs.
    @Test(arguments: [
        Case(#"name="a\"b""#, #"a"b"#), Case(#"name="a\"""#, #"a""#), Case(#"name="\"""#, #"""#),
        Case(#"name="\"a\"; filename=\"b\"""#, #""a"; filename="b""#), Case(#"name="a\\\"b""#, #"a\"b"#),
        Case(#"name="a\"b\\""#, #"a"b\"#), Case(#"name="a\\"; filename="b\"c""#, #"a\@b"c"#),
        Case(#"name="a\";b"; filename="c\\d\"""#, #"a";b@c\d""#), Case(#"name="a\"; b="; filename="c""#, #"a"; b=@c"#),
        Case(#"name="C:\x\"y""#, #"C:\x"y"#), Case(#"name="a%22\"""#, #"a%22""#),
    ])
    func aBackslashEscapesToOtherPrograms(_ line: Case<String>) {
        #expect(Self.names(line.input) == line.expected)
    }

    @Test(arguments: [
        Case("name=a; filename*=UTF-8''caf%C3%A9.txt", "a@*(UTF-8)café.txt"),
        Case("name=a; FILENAME*=utf-8'en'x; filename=\"y\"", "a@y*(utf-8)x"),
        Case("name=a; filename=y; filename*=utf-8''x", "a@y*(utf-8)x"),
        Case("filename*=\"utf-8''x\"; name=a", "a@*(utf-8)x"), Case("name=a; filename*=utf-8''", "a@*(utf-8)"),
        Case("name*=utf-8''%C3%A9", "*(utf-8)é"), Case("name=a; name*=utf-8''%C3%A9", "a*(utf-8)é"),
        Case("name=a; filename*=x", "a@*?"), Case("name=a; filename*=''x", "a@*?"),
        Case("name=a; filename*=utf-8''%C3%A", "a@*?"), Case("name=a; filename*=utf-8''%zz", "a@*?"),
        Case("name=a; other*=utf-8''x", "a"),
    ])
    func anExtendedNameCarriesItsCharset(_ line: Case<String>) {
        #expect(Self.names(line.input) == line.expected)
    }

    /// `\u{1b}$B` begins characters of two bytes, `\u{1b}(I` half-width ones, `\u{1b}(B` and `\u{1b}(J` ASCII but for two.
    @Test(
        arguments: [
            Case("\u{1b}$B%0D%0A\u{1b}(B", "\u{1b}$B%0D%0A\u{1b}(B"),
            Case("\u{1b}$@%0D\u{1b}(B%0D", "\u{1b}$@%0D\u{1b}(B\r"),
            Case("\u{1b}(I%0A\u{1b}(J%0A%22", "\u{1b}(I%0A\u{1b}(J\n\""),
            Case("%22\u{1b}$BF|\u{1b}(B%22", "\"\u{1b}$BF|\u{1b}(B\""),
            Case("\u{1b}$B$%22\u{1b}(B", nil), Case("\u{1b}(I%22", nil), Case("\u{1b}(J%22", "\u{1b}(J\""),
            Case("%22%0D", "\"\r"),
        ] as [Case<String?>]
    )
    func anEscapeInISO2022JPIsUndoneWhereItIsOne(_ line: Case<String?>) {
        var scratch: [UInt8] = []
        let name = MultipartForm.decodeName(Array(line.input.utf8).span, isISO2022JP: true, into: &scratch)
        #expect(name.map { String(decoding: scratch[$0], as: UTF8.self) } == line.expected)
    }

    @Test func aQuotedPairInCharactersOfTwoBytesIsNoneOrOne() {
        for (text, isOne) in [("\u{1b}$B\\\\", false), ("\u{1b}$B$\\\"", false), ("\u{1b}(B\\\"", true)] {
            var scratch: [UInt8] = []
            let name = MultipartForm.decodeName(
                Array(text.utf8).span,
                hasQuotedPairs: true,
                isISO2022JP: true,
                into: &scratch
            )
            #expect((name != nil) == isOne)
        }
    }

    @Test(arguments: [
        "name=a; filename*=utf-8''x; filename*=utf-8''y", "name=a; filename*0=x", "name=a; filename*0*=utf-8''x",
        "name=a; Filename*1=x", "name=a; filename*=", "name=a; name*=utf-8''x; name*=utf-8''y", "name=\"a\"b\"",
        "name=\"a\\", "name=a\\", "name=\"a\" b", "filename*=utf-8''x",
    ])
    func whatIsNeitherIsRefused(disposition: String) {
        #expect(Self.names(disposition) == nil)
    }
}
