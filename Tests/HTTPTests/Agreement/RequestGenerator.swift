/// Requests by chance, always the same ones: most of them good, many with something odd in them. Pure; any thread.

/// Makes the bytes of connections: one to three requests each, cut off or changed in a few places now and then.
struct RequestGenerator {
    private var dice: Dice
    /// What ends each line of the request being made, and how often it is something odd.
    private var oddEndings = false
    private var bytes: [UInt8] = []

    init(seed: UInt64) {
        dice = Dice(seed: seed)
    }

    mutating func next() -> [UInt8] {
        bytes = []
        for _ in 0..<(oneIn(8) ? Int.random(in: 2...3, using: &dice) : 1) { request() }
        if oneIn(6) { mutate() }
        if oneIn(12) { bytes.removeLast(Int.random(in: 0...bytes.count, using: &dice)) }
        return bytes
    }

    // MARK: - The grammar

    private mutating func request() {
        oddEndings = oneIn(24)
        if oneIn(20) { add(Vocabulary.beforeRequest) }
        let isOptions = oneIn(20)
        let isConnect = !isOptions && oneIn(20)
        let start = bytes.count
        if isOptions { add("OPTIONS") } else if isConnect { add("CONNECT") } else { add(Vocabulary.methods, 24) }
        add(Vocabulary.spaces, 40)
        if oneIn(400) {
            add("/" + String(repeating: "a", count: Int.random(in: 230...270, using: &dice)))
        } else if isConnect {
            add(Vocabulary.authorities, 6)
        } else if isOptions, oneIn(2) {
            add("*")
        } else {
            add(Vocabulary.targets, 16)
        }
        add(Vocabulary.spaces, 40)
        let isOld = oneIn(8)
        if isOld { add("HTTP/1.0") } else { add(Vocabulary.versions, 30) }
        if bytes.count == start { add("GET / HTTP/1.1") }
        endLine()
        fields(isOld: isOld)
    }

    private mutating func fields(isOld: Bool) {
        if !oneIn(isOld ? 4 : 40) { line(Vocabulary.hosts, 20) }
        for _ in 0..<Int.random(in: 0...3, using: &dice) { line(Vocabulary.fields, 12) }
        if oneIn(6) { line(Vocabulary.connections, 6) }
        if oneIn(40) { line(Vocabulary.hosts, 8) }
        if oneIn(300) { for _ in 0..<16 { line(Vocabulary.fields, 100) } }
        if oneIn(300) { line("X-Long: " + String(repeating: "b", count: Int.random(in: 700...1100, using: &dice))) }
        switch UInt8.random(in: 0..<8, using: &dice) {
        case 0...3: endLine()
        case 4, 5:
            let content = Vocabulary.contents.randomElement(using: &dice) ?? ""
            if oneIn(10) {
                line(Vocabulary.lengths, 1)
            } else {
                line("Content-Length: \(content.utf8.count)")
            }
            if oneIn(12) { line(Vocabulary.codings, 2) }
            endLine()
            add(content)
        default:
            line(Vocabulary.codings, isOld ? 1 : 10)
            if oneIn(30) { line(Vocabulary.lengths, 1) }
            if oneIn(30) { line(Vocabulary.codings, 2) }
            endLine()
            chunks()
        }
    }

    private mutating func chunks() {
        for _ in 0..<Int.random(in: 0...2, using: &dice) {
            let content = Vocabulary.contents.randomElement(using: &dice) ?? "x"
            if oneIn(20) { add(Vocabulary.chunkSizes) } else { add(String(content.utf8.count, radix: 16)) }
            if oneIn(8) { add(Vocabulary.extensions, 3) }
            endLine()
            add(content)
            endLine()
        }
        add("0")
        if oneIn(12) { add(Vocabulary.extensions, 3) }
        endLine()
        if oneIn(6) { line(Vocabulary.trailers, 4) }
        endLine()
    }

    // MARK: - Bytes

    private mutating func add(_ text: String) {
        bytes += text.utf8
    }

    private mutating func add(_ list: [String]) {
        add(list.randomElement(using: &dice) ?? "")
    }

    /// One of the usual words, and every so often one of the odd.
    private mutating func add(_ words: Vocabulary.Words, _ oddOneIn: Int) {
        add(oneIn(oddOneIn) ? words.odd : words.usual)
    }

    private mutating func line(_ words: Vocabulary.Words, _ oddOneIn: Int) {
        add(words, oddOneIn)
        endLine()
    }

    private mutating func line(_ text: String) {
        add(text)
        endLine()
    }

    private mutating func endLine() {
        if oddEndings, oneIn(3) { add(Vocabulary.lineEnds) } else { add("\r\n") }
    }

    /// Replaces, inserts, removes or doubles, once or twice.
    private mutating func mutate() {
        for _ in 0..<Int.random(in: 1...2, using: &dice) {
            let place = Int.random(in: 0...bytes.count, using: &dice)
            let byte = oneIn(8) ? UInt8.random(in: 0...255, using: &dice) : Vocabulary.bytes.randomElement(using: &dice)
            guard let byte else { continue }
            switch UInt8.random(in: 0..<4, using: &dice) {
            case 0: if place < bytes.count { bytes[place] = byte }
            case 1: bytes.insert(byte, at: place)
            case 2: if place < bytes.count { bytes.remove(at: place) }
            default:
                let end = min(bytes.count, place + Int.random(in: 1...12, using: &dice))
                bytes.insert(contentsOf: bytes[place..<end], at: Int.random(in: 0...bytes.count, using: &dice))
            }
        }
    }

    private mutating func oneIn(_ count: Int) -> Bool {
        Int.random(in: 0..<count, using: &dice) == 0
    }
}
