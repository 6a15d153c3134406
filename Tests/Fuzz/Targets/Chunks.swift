/// Chunked contents: wherever the network cuts them, they come to the same. Any thread.

internal import HTTP

private struct Decoded: Equatable {
    var data: [UInt8] = []
    var end: Int?
    var reason: RejectReason?

    /// Decodes pieces, each ending at one of `cuts`.
    init(_ bytes: [UInt8], cuts: [Int]) {
        var decoder = ChunkedDecoder(bodySizeMax: 1 << 20)
        var start = 0
        for cut in cuts + [bytes.count] where cut >= start && cut <= bytes.count {
            let piece = Array(bytes[start..<cut])
            var index = 0
            pieces: while true {
                switch decoder.next(piece.span, from: index) {
                case .needsMore: break pieces
                case .data(let range):
                    precondition(range.lowerBound >= index && range.upperBound <= piece.count, "data lies in its piece")
                    precondition(!range.isEmpty || index < piece.count, "a step makes progress")
                    data += piece[range]
                    index = range.upperBound
                    if index == piece.count { break pieces }
                case .complete(let last):
                    precondition(last <= piece.count, "the end lies in its piece")
                    end = start + last
                    return
                case .rejected(let why):
                    reason = why
                    return
                }
            }
            start = cut
        }
    }
}

func fuzzChunks(_ input: [UInt8]) {
    guard input.count >= 2 else { return }
    let bytes = Array(input[2...])
    let whole = Decoded(bytes, cuts: [])
    let cuts = [Int(input[0]), Int(input[0]) + Int(input[1])]
    let divided = Decoded(bytes, cuts: cuts)
    precondition(divided == whole, "cut at \(cuts): \(divided) and not \(whole)")
    precondition(whole.data.count <= 1 << 20, "more data than was allowed")
    if bytes.count < 64 {
        let single = Decoded(bytes, cuts: Array(1..<max(1, bytes.count)))
        precondition(single == whole, "byte by byte: \(single) and not \(whole)")
    }
}
