/// The Range field (RFC 9110 §14).

import HTTP
import Testing

@Suite struct RangeTests {
    private func resolve(_ value: String, _ length: UInt64) -> String {
        switch RangeField.resolve(Array(value.utf8).span, representationLength: length) {
        case .whole: "whole"
        case .single(let range): "\(range.lowerBound)..<\(range.upperBound)"
        case .multiple(let list):
            (0..<list.count).map { "\(list[$0].lowerBound)..<\(list[$0].upperBound)" }.joined(separator: " ")
        case .unsatisfiable: "unsatisfiable"
        }
    }

    @Test(arguments: [
        Case("bytes=0-499", "0..<500"), Case("bytes=500-999", "500..<1000"), Case("bytes=-500", "9500..<10000"),
        Case("bytes=9500-", "9500..<10000"), Case("bytes=0-0", "0..<1"), Case("bytes=0-", "0..<10000"),
        Case("bytes=0-99999", "0..<10000"), Case("bytes=-99999", "0..<10000"), Case("BYTES=1-2", "1..<3"),
        Case("bytes= 1-2", "1..<3"), Case("bytes=1-2 ", "1..<3"), Case("bytes=1-2,", "1..<3"),
        Case("bytes=,1-2", "1..<3"), Case("bytes=0-18446744073709551615", "0..<10000"),
        Case("bytes=0-99999999999999999999999", "0..<10000"), Case("bytes=-99999999999999999999999", "0..<10000"),
        Case("bytes=0-0,-1", "0..<1 9999..<10000"), Case("bytes=5-6,1-2", "5..<7 1..<3"),
        Case("bytes=0-1, 5-6 ,9-9", "0..<2 5..<7 9..<10"), Case("bytes=20000-,1-2", "1..<3"),
        Case("bytes=10000-", "unsatisfiable"), Case("bytes=-0", "unsatisfiable"),
        Case("bytes=10000-10001,-0", "unsatisfiable"), Case("bytes=99999999999999999999999-", "unsatisfiable"),
        Case("bytes=0-5,3-8", "0..<9"), Case("bytes=0-,0-", "0..<10000"), Case("bytes=0-4,5-8", "0..<9"),
        Case("bytes=5-8,20-29,0-6", "0..<9 20..<30"), Case("bytes=0-1,4-5,2-3", "0..<6"),
        Case("bytes=0-3,10-13,2-11", "0..<14"), Case("bytes=0-3,1-2,2-3,0-0", "whole"), Case("bytes=2-1", "whole"),
        Case("bytes=", "whole"), Case("bytes", "whole"), Case("", "whole"), Case("bytes=-", "whole"),
        Case("bytes=a-b", "whole"), Case("bytes=1", "whole"), Case("bytes=1-2-3", "whole"), Case("bytes=+1-2", "whole"),
        Case("bytes=--1", "whole"), Case("bytes=1-2;3-4", "whole"), Case("bytes=1 -2", "whole"),
        Case("items=0-1", "whole"), Case("bytes:0-1", "whole"), Case("bytes =0-1", "whole"), Case("bytes=,", "whole"),
        Case("bytes=0-1,x", "whole"),
    ])
    func aRangeOfTenThousandBytesIsResolved(_ line: Case<String>) {
        #expect(resolve(line.input, 10_000) == line.expected)
    }

    @Test func nothingHasNoRanges() {
        #expect(resolve("bytes=0-", 0) == "unsatisfiable")
        #expect(resolve("bytes=-5", 0) == "whole")
    }

    @Test func theLargestRepresentationHasItsLastByte() {
        #expect(resolve("bytes=-1", .max) == "\(UInt64.max - 1)..<\(UInt64.max)")
        #expect(resolve("bytes=0-", .max) == "0..<\(UInt64.max)")
    }

    @Test func tooManyRangesAreIgnored() {
        func ranges(_ count: Int) -> String {
            "bytes=" + (0..<count).map { "\($0 * 10)-\($0 * 10 + 1)" }.joined(separator: ",")
        }
        #expect(resolve(ranges(16), 10_000).split(separator: " ").count == 16)
        #expect(resolve(ranges(17), 10_000) == "whole")
        #expect(resolve("bytes=" + String(repeating: "99999-,", count: 100), 10_000) == "whole")
    }
}
