/// Encodings, and the forms that name them: what comes out is UTF-8 and no larger than it may be. Any thread.

internal import HTTP
internal import HandlerKit

func fuzzEncodings(_ input: [UInt8]) {
    // A first line is the label, the rest the text; without a label the first byte chooses the encoding.
    let lineEnd = input.firstIndex(of: UInt8(ascii: "\n")) ?? input.count
    let label = Array(input[..<lineEnd])
    let text = Array(input[min(lineEnd + 1, input.count)...])
    let capitals = label.map(\.uppercase)
    if let encoding = TextEncoding.named(label.span) {
        precondition(TextEncoding.named(capitals.span) == encoding, "case does not matter")
        check(text, encoding)
    } else if let first = input.first {
        check(Array(input[1...]), TextEncoding.allCases[Int(first) % TextEncoding.allCases.count])
    }
}

private func check(_ text: [UInt8], _ encoding: TextEncoding) {
    let whole = decoded(text, encoding)
    if encoding.isASCIICompatible, TextDecoder.isPlain(text.span) {
        precondition(whole == text, "ASCII is itself")
    }
    // Characters do not depend on those before them, but where escape sequences or units of two bytes do.
    guard encoding.isASCIICompatible, !text.isEmpty else { return }
    let half = text.count / 2
    if let first = decoded(Array(text[..<half]), encoding) {
        let second = decoded(Array(text[half...]), encoding)
        precondition(whole == second.map { first + $0 }, "what follows a whole text is read as if it began there")
    }
}

private func decoded(_ text: [UInt8], _ encoding: TextEncoding) -> [UInt8]? {
    do throws(TextDecoder.Failure) {
        let result = try TextDecoder.decode(text.span, from: encoding)
        precondition(TextDecoder.isUTF8(result.span), "what comes out is UTF-8")
        precondition(result.count <= text.count * TextDecoder.growthMax, "no larger than it may be")
        precondition(encoding != .utf8 || result == text, "UTF-8 is itself")
        return result
    } catch {
        precondition(error == .damaged, "every converter is there")
        return nil
    }
}

func fuzzForms(_ input: [UInt8]) {
    // A first line is the Content-Type, the rest the content.
    let lineEnd = input.firstIndex(of: UInt8(ascii: "\n")) ?? input.count
    let type = Array(input[..<lineEnd])
    let body = Array(input[min(lineEnd + 1, input.count)...])
    checkForm(body, type, isMultipart: true)
    checkForm(body, Array("multipart/form-data; boundary=b".utf8), isMultipart: true)
    checkForm(body, type, isMultipart: false)
}

private func checkForm(_ body: [UInt8], _ type: [UInt8], isMultipart: Bool) {
    do throws(FormError) {
        let fields =
            isMultipart
            ? try Request.multipartFields(body.span, type.span) : try Request.urlEncodedFields(body.span, type.span)
        precondition(fields.count <= Request.formFieldsMax, "no more fields than allowed")
        var size = 0
        for field in fields {
            var texts = [field.name]
            if let file = field.file { texts += [file.name, file.type] } else { texts.append(field.value) }
            for text in texts { precondition(TextDecoder.isUTF8(text.span), "a text is UTF-8") }
            size += texts.reduce(0) { $0 + $1.count }
        }
        precondition(size <= body.count * TextDecoder.growthMax, "texts are no larger than they may be")
    } catch {
        precondition(error.description.hasSuffix(".") && error.status.code >= 400, "a refusal speaks: \(error)")
    }
}

extension UInt8 {
    fileprivate var uppercase: UInt8 { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) ? self & 0xdf : self }
}
