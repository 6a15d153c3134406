/// Several ranges as one content (RFC 9110 §14.6).

import HTTP
import Testing

@Suite struct ByteRangesContentTests {
    private static let type = Array("Content-Type: text/plain\r\n".utf8)

    @Test func partsStandBetweenDelimiters() throws {
        let bytes = Array("0123456789".utf8)
        let content = try content("bytes=0-1,-3", of: 10)
        #expect(
            written(content, bytes) == """
                --00000000000000ab\r
                Content-Type: text/plain\r
                Content-Range: bytes 0-1/10\r
                \r
                01\r
                --00000000000000ab\r
                Content-Type: text/plain\r
                Content-Range: bytes 7-9/10\r
                \r
                789\r
                --00000000000000ab--\r

                """
        )
    }

    @Test func theTypeNamesTheBoundary() throws {
        let content = try content("bytes=0-1,-3", of: 10)
        let type = [UInt8](capacity: 100) { output in try? content.appendType(to: &output) }
        #expect(
            String(decoding: type, as: UTF8.self) == "Content-Type: multipart/byteranges; boundary=00000000000000ab\r\n"
        )
    }

    @Test(arguments: ["bytes=0-0,-1", "bytes=0-9,20-29,100-199,9990-", "bytes=9-9,99-100,999-1000,9999-"])
    func theSizeIsThatOfWhatIsWritten(ranges: String) throws {
        let content = try content(ranges, of: 10_000)
        let size = written(content, [UInt8](repeating: 120, count: 10_000)).utf8.count
        #expect(content.size(typeLine: Self.type.span) == UInt64(size))
    }

    /// Whatever is asked for: parts within the representation, none touching another, all that was asked for and no more.
    @Test func partsAreWhatWasAskedForOnce() {
        var seed: UInt64 = 7
        func random(_ bound: UInt64) -> UInt64 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (seed >> 33) % bound
        }
        var several = 0
        for _ in 0..<20_000 {
            let length = 1 + random(60)
            var wanted = Set<UInt64>()
            let specs = (0...random(5)).map { _ -> String in
                let first = random(70)
                let last = first + random(12)
                switch random(4) {
                case 0:
                    wanted.formUnion((length - min(first, length))..<length)
                    return "-\(first)"
                case 1 where first < length:
                    wanted.formUnion(first..<length)
                    return "\(first)-"
                default:
                    if first < length { wanted.formUnion(first...min(last, length - 1)) }
                    return "\(first)-\(last)"
                }
            }
            let field = "bytes=" + specs.joined(separator: ", ")
            switch RangeField.resolve(Array(field.utf8).span, representationLength: length) {
            case .whole: break
            case .unsatisfiable: #expect(wanted.isEmpty, "\(field) of \(length)")
            case .single(let range): #expect(Set(range) == wanted, "\(field) of \(length)")
            case .multiple(let list):
                several += 1
                let parts = (0..<list.count).map { list[$0] }
                #expect(Set(parts.joined()) == wanted, "\(field) of \(length)")
                let sorted = parts.sorted { $0.lowerBound < $1.lowerBound }
                for index in sorted.indices.dropFirst() {
                    #expect(sorted[index - 1].upperBound < sorted[index].lowerBound, "\(field) of \(length)")
                }
            }
        }
        #expect(several > 1000)
    }

    private func content(_ ranges: String, of length: UInt64) throws -> ByteRangesContent {
        guard case .multiple(let list) = RangeField.resolve(Array(ranges.utf8).span, representationLength: length)
        else { throw NotAccepted(text: "the field") }
        return ByteRangesContent(list, of: length, boundary: 0xab)
    }

    private func written(_ content: ByteRangesContent, _ bytes: [UInt8]) -> String {
        let all = [UInt8](capacity: 20_000) { output in
            for index in 0..<content.ranges.count {
                try? content.appendHead(index, typeLine: Self.type.span, to: &output)
                let range = content.ranges[index]
                for position in range { output.append(bytes[Int(position)]) }
            }
            try? content.appendEnd(to: &output)
        }
        return String(decoding: all, as: UTF8.self)
    }
}
