/// A request as the server hands it to the kit, made by hand. Test threads.

import CHandlerABI

@testable import HandlerKit

/// The fields of a form that comes with a body and field lines.
enum PostedForm {
    /// Runs a closure with a request whose lines are given as Latin-1: each scalar is a byte.
    static func withRequest<Result>(
        _ body: [UInt8],
        _ lines: [(String, String)],
        _ run: (borrowing Request) throws -> Result
    ) throws -> Result {
        let text = lines.flatMap { ($0.0 + $0.1).unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } }
        return try unsafe text.withUnsafeBufferPointer { text in
            try unsafe body.withUnsafeBufferPointer { body in
                var position = 0
                func slice(_ string: String) -> ringport_slice {
                    defer { position += string.unicodeScalars.count }
                    return unsafe ringport_slice(
                        UnsafeBufferPointer(rebasing: text[position..<position + string.unicodeScalars.count])
                    )
                }
                let fields = unsafe lines.map { unsafe ringport_field(name: slice($0.0), value: slice($0.1)) }
                return try unsafe fields.withUnsafeBufferPointer { fields in
                    var raw = unsafe ringport_request()
                    unsafe raw.fields = fields.baseAddress
                    unsafe raw.fields_count = UInt32(fields.count)
                    unsafe raw.body = ringport_slice(body)
                    return try unsafe run(Request(&raw))
                }
            }
        }
    }

    /// What `formFields` returns, a text for each field, or why it does not.
    enum Outcome: Equatable, CustomStringConvertible {
        case fields([String])
        case refused(Int, String)

        var description: String {
            switch self {
            case .fields(let fields): "\(fields)"
            case .refused(let status, let explanation): "\(status) \(explanation)"
            }
        }

        /// True for a refusal of a status that says a text.
        func isRefusal(_ status: Int, saying text: String) -> Bool {
            if case .refused(status, let explanation) = self { return explanation.contains(text) }
            return false
        }
    }

    /// Reads a form: `name=value`, and `name@file name(type)=value` for a file.
    static func read(_ body: [UInt8], _ lines: [(String, String)]) throws -> Outcome {
        func text(_ bytes: [UInt8]) throws -> String {
            guard let text = String(validating: bytes, as: UTF8.self) else { throw FormError.malformed("not UTF-8") }
            return text
        }
        return try withRequest(body, lines) { request in
            let fields: [FormField]
            do throws(FormError) {
                fields = try request.formFields()
            } catch {
                return .refused(error.status.code, "\(error)")
            }
            return .fields(
                try fields.map { field in
                    let file = try field.file.map { try "@" + text($0.name) + "(" + text($0.type) + ")" } ?? ""
                    return try text(field.name) + file + "=" + text(field.value)
                }
            )
        }
    }

    static func urlEncoded(_ body: String, charset: String? = nil) throws -> Outcome {
        let type = "application/x-www-form-urlencoded" + (charset.map { "; charset=" + $0 } ?? "")
        return try read(Array(body.utf8), [("Content-Type", type)])
    }

    /// Reads parts whose texts are given as Latin-1: each scalar is a byte.
    static func multipart(_ parts: [String], charset: String? = nil) throws -> Outcome {
        let type = "multipart/form-data; boundary=B" + (charset.map { "; charset=" + $0 } ?? "")
        let body = parts.map { "--B\r\n" + $0 + "\r\n" }.joined() + "--B--\r\n"
        return try read(body.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }, [("content-type", type)])
    }

    /// A part with a disposition and a content.
    static func part(_ disposition: String, _ content: String = "x", type: String? = nil) -> String {
        let line = type.map { "Content-Type: " + $0 + "\r\n" } ?? ""
        return "Content-Disposition: form-data; " + disposition + "\r\n" + line + "\r\n" + content
    }
}
