/// A user and a password in an Authorization field (RFC 7617).

import HTTP
import Testing

@Suite struct BasicCredentialsTests {
    @Test(arguments: [
        Case("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Aladdin|open sesame"), Case("basic YTpi", "a|b"),
        Case("BASIC  YTo=", "a|"), Case("Basic Og==", "|"), Case("Basic YTpiOmM=", "a|b:c"),
        Case("Basic dGVzdDoxMjPCow==", "test|123£"),
    ])
    func aFieldNamesAUserAndAPassword(_ line: Case<String>) {
        #expect(text(line.input) == line.expected)
    }

    @Test(arguments: [
        "", "Basic", "Basic ", "Basic YQ==", "Basic YTpi=", "Basic YTp", "Basic YTpi YTpi", "Bearer YTpi", "Basic:YTpi",
        "Basic YTo", "Basic Y=pi", "Basic ====", "Basic YTo=YTo=", "Basic YTp/!", "Basic YTr=", "Basic YToA",
        "Basic YQo6Yg==",
        "Basic -_-_",
    ])
    func anythingElseIsNobody(field: String) {
        #expect(text(field) == nil)
    }

    private func text(_ field: String) -> String? {
        BasicCredentials(Array(field.utf8).span).map {
            String(decoding: $0.user, as: UTF8.self) + "|" + String(decoding: $0.password, as: UTF8.self)
        }
    }
}
