/// The request fields that answers depend on, as one line. Test threads.

import Testing

@testable import Server

@Suite struct VaryingTests {
    @Test(arguments: [
        ("", "Origin"), ("Vary: Accept\r\n", "Accept, Origin"), ("vary:  accept , x-a \r\n", "accept , x-a, Origin"),
        ("Vary: Accept\r\nVARY: X-A\r\n", "Accept, X-A, Origin"), ("Vary: *\r\n", "*"), ("Vary: accept, *\r\n", "*"),
        ("Vary:\r\n", "Origin"),
    ])
    func aHandlersFieldsAndOriginAreOneLine(lines: String, value: String) {
        let made = Varying.addingOrigin(to: Array("X-A: 1\r\n\(lines)X-Vary: b\r\n".utf8).span)
        #expect(String(decoding: made, as: UTF8.self) == "X-A: 1\r\nX-Vary: b\r\nVary: \(value)\r\n")
    }
}
