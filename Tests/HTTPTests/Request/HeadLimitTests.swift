/// The limits of a head, kept exactly and whatever way the bytes arrive.

import HTTP
import Testing

@Suite struct HeadLimitTests {
    @Test func theWholeHeadMayBeAsLargeAsItsLimit() {
        let head = get("X: " + String(repeating: "v", count: 100))
        let size = head.utf8.count
        #expect(parse(head, limits: HeadLimits(headSizeMax: size)).head != nil)
        #expect(parse(head, limits: HeadLimits(headSizeMax: size - 1)).reason == .headTooLarge)
        #expect(parse(head, limits: HeadLimits(headSizeMax: size - 2)).reason == .headTooLarge)
    }

    @Test func aRequestLineMayBeAsLongAsItsLimit() {
        let line = "GET /" + String(repeating: "p", count: 50) + " HTTP/1.1"
        let head = line + "\r\nHost: a\r\n\r\n"
        let size = line.utf8.count
        #expect(parse(head, limits: HeadLimits(requestLineSizeMax: size)).head != nil)
        #expect(parse(head, limits: HeadLimits(requestLineSizeMax: size - 1)).reason == .targetTooLong)
    }

    @Test func fieldsMayBeAsManyAsTheirLimit() {
        let head = get("A: 1", "B: 2")
        #expect(parse(head, limits: HeadLimits(fieldCountMax: 3)).head != nil)
        #expect(parse(head, limits: HeadLimits(fieldCountMax: 2)).reason == .tooManyFields)
    }

    @Test func aLimitIsEnforcedBeforeTheEndArrives() {
        let limits = HeadLimits(headSizeMax: 64, requestLineSizeMax: 32)
        #expect(parse("GET /" + String(repeating: "p", count: 60), limits: limits).reason == .targetTooLong)
        #expect(
            parse("GET / HTTP/1.1\r\nX: " + String(repeating: "v", count: 90), limits: limits).reason == .headTooLarge
        )
        #expect(parse(String(repeating: "M", count: 33)).reason == .methodTooLong)
        #expect(parse(String(repeating: "M", count: 32)) == .incomplete)
    }

    @Test func theLargestHeadIsReadToItsLastByte() throws {
        let start = "GET / HTTP/1.1\r\nHost: a\r\nX: "
        let filler = String(repeating: "v", count: 65_535 - start.utf8.count - 4)
        let limits = HeadLimits(headSizeMax: HeadLimits.headSizeLargest)
        let head = try #require(parse(start + filler + "\r\n\r\n", limits: limits).head)
        #expect(head.length == 65_535)
        #expect(head.fields.last?.utf8.count == filler.utf8.count + 2)
        #expect(parse(start + filler + "v\r\n\r\n", limits: limits).reason == .headTooLarge)
    }

    @Test(arguments: RejectReason.allCases)
    func everyReasonSpeaksToClientAndLog(_ reason: RejectReason) {
        #expect((400...505).contains(reason.status))
        #expect("\(reason.explanation)".hasSuffix("."))
        #expect("\(reason.name)".allSatisfy { $0 == "-" || $0.isLowercase || $0.isNumber })
        #expect(RejectReason.allCases.filter { "\($0.name)" == "\(reason.name)" }.count == 1)
    }
}
