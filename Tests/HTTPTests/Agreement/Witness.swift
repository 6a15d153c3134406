/// Another parser, asked for its reading of a request: http-parser, which shares no code with Ringport. Test threads.

import CHTTPParser

/// Reads one request with Debian's http-parser 2.9.4.
enum Witness {
    static func read(_ bytes: [UInt8]) -> Reading {
        var notes = Notes()
        let (consumed, end) = unsafe withUnsafeMutablePointer(to: &notes) { notes in
            unsafe run(bytes, noting: notes)
        }
        guard end == HPE_OK || end == HPE_PAUSED else {
            return .rejected(unsafe String(cString: http_errno_name(end)))
        }
        if notes.isComplete { return .accepted(notes.message, consumed: consumed) }
        return .incomplete(notes.isHeadComplete ? notes.message : nil)
    }

    private static func run(_ bytes: [UInt8], noting notes: UnsafeMutablePointer<Notes>) -> (Int, http_errno) {
        var parser = unsafe http_parser()
        unsafe http_parser_init(&parser, HTTP_REQUEST)
        // The parser hands the pointer back in each callback; it lives until `run` returns, and nobody else uses it.
        unsafe parser.data = UnsafeMutableRawPointer(notes)
        let consumed = unsafe bytes.withUnsafeBytes { bytes in
            // A `char` is a byte.
            let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            return unsafe withUnsafePointer(to: Self.settings) { settings in
                unsafe http_parser_execute(&parser, settings, start, bytes.count)
            }
        }
        return unsafe (consumed, http_errno(parser.http_errno))
    }

    /// What the callbacks saw.
    fileprivate struct Notes {
        var message = Message()
        /// A name and a value arrive in pieces; the next name begins when a piece of a name follows one of a value.
        var isInName = false
        var isHeadComplete = false
        var isComplete = false

        mutating func name(_ bytes: UnsafeBufferPointer<UInt8>) {
            guard !isHeadComplete else { return }  // a trailer
            if !isInName { message.fields.append(Message.Field(name: [], value: [])) }
            isInName = true
            unsafe message.fields[message.fields.count - 1].name += bytes
        }

        mutating func value(_ bytes: UnsafeBufferPointer<UInt8>) {
            guard !isHeadComplete else { return }
            isInName = false
            unsafe message.fields[message.fields.count - 1].value += bytes
        }

        mutating func headEnds(_ parser: UnsafePointer<http_parser>) {
            isHeadComplete = true
            let flags = unsafe parser.pointee.flags
            unsafe message.method = Array(String(cString: http_method_str(http_method(parser.pointee.method))).utf8)
            unsafe message.isHTTP11 = (parser.pointee.http_major, parser.pointee.http_minor) >= (1, 1)
            unsafe message.keepsAlive = http_should_keep_alive(parser) != 0
            if flags & F_CHUNKED.rawValue != 0 {
                message.framing = .chunked
            } else if flags & F_CONTENTLENGTH.rawValue != 0 {
                message.framing = unsafe .length(parser.pointee.content_length)
            }
        }
    }

    private static let settings: http_parser_settings = {
        var settings = http_parser_settings()
        unsafe settings.on_url = { parser, start, count in
            unsafe note(parser) { notes in unsafe notes.message.target += piece(start, count) }
        }
        unsafe settings.on_header_field = { parser, start, count in
            unsafe note(parser) { notes in unsafe notes.name(piece(start, count)) }
        }
        unsafe settings.on_header_value = { parser, start, count in
            unsafe note(parser) { notes in unsafe notes.value(piece(start, count)) }
        }
        unsafe settings.on_headers_complete = { parser in
            guard let parser = unsafe parser else { return 0 }
            return unsafe note(parser) { notes in unsafe notes.headEnds(parser) }
        }
        unsafe settings.on_body = { parser, start, count in
            unsafe note(parser) { notes in unsafe notes.message.body += piece(start, count) }
        }
        unsafe settings.on_message_complete = { parser in
            // One request at a time: what follows is asked about anew.
            unsafe http_parser_pause(parser, 1)
            return unsafe note(parser) { notes in notes.isComplete = true }
        }
        return settings
    }()

    private static func note(_ parser: UnsafeMutablePointer<http_parser>?, _ change: (inout Notes) -> Void) -> CInt {
        // `run` set this pointer, and set it to notes.
        guard let notes = unsafe parser?.pointee.data?.assumingMemoryBound(to: Notes.self) else { return 1 }
        unsafe change(&notes.pointee)
        return 0
    }

    private static func piece(_ start: UnsafePointer<CChar>?, _ count: Int) -> UnsafeBufferPointer<UInt8> {
        // A `char` is a byte, and the parser promises `count` of them.
        unsafe UnsafeBufferPointer(start: UnsafeRawPointer(start)?.assumingMemoryBound(to: UInt8.self), count: count)
    }
}
