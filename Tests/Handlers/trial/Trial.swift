/// A handler that provokes everything the host must bear. For tests; requests come on pool threads.

import HandlerKit

struct Trial: Handler {
    static let manifest = HandlerManifest(
        name: "trial",
        version: "1.0",
        routes: [Route("GET POST", "/trial/*")],
        migrations: ["CREATE TABLE trials (id INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE) STRICT"]
    )

    private let host: Host
    private let calls = CallCounter()

    init(host: Host) {
        self.host = host
    }

    private struct Thrown: Error {}

    func handle(_ request: borrowing Request) throws -> Outcome {
        switch request.path {
        case "/trial/sleep": return sleep(milliseconds: number("ms", in: request.query))
        case "/trial/gate": return gate(path: request.query)
        case "/trial/number": return .respond(.text("\(calls.next())\n"))
        case "/trial/echo": return .respond(echo(request))
        case "/trial/throw": throw Thrown()
        case "/trial/decline": return .declined
        case "/trial/never": return .later { _ in }
        case "/trial/twice": return .later { responder in twice(responder) }
        case "/trial/later": return .later { responder in later(responder) }
        case "/trial/query": return .respond(try count())
        case "/trial/store": return store(request)
        case "/trial/big":
            let body = [UInt8](repeating: UInt8(ascii: "x"), count: number("bytes", in: request.query))
            return .respond(Response(status: .ok, contentType: "text/plain", body: body))
        case "/trial/fields": return .respond(fields(request.query))
        case "/trial/badfield":
            var response = Response.text("never sent\n")
            response.addField("x-trial", "a\r\nset-cookie: stolen=1")
            return .respond(response)
        default: return .respond(.text("no such trial\n", status: .notFound))
        }
    }

    /// Answers with the request's fields, one a line, and its body.
    private func echo(_ request: borrowing Request) -> Response {
        var body = Array("\(request.method.rawValue) \(request.target)\n".utf8)
        for field in request.headerFields {
            body.append(contentsOf: "\(field.name.canonicalName): \(field.value)\n".utf8)
        }
        body.append(UInt8(ascii: "\n"))
        request.withBody { bytes in
            for index in bytes.indices { body.append(bytes[index]) }
        }
        return Response(status: .ok, contentType: "text/plain", body: body)
    }

    /// Answers with the status and the fields that the query names, as `status=404&x-trial=a`.
    private func fields(_ query: String) -> Response {
        let status = number("status", in: query)
        var response = Response.text("fields\n", status: status == 0 ? .ok : HTTPResponse.Status(code: status))
        for parameter in query.split(separator: "&") {
            let parts = parameter.split(separator: "=", maxSplits: 1)
            if parts.count == 2, parts[0] != "status" { response.addField(String(parts[0]), String(parts[1])) }
        }
        return response
    }

    /// Answers, and answers again.
    private func twice(_ responder: Responder) {
        let first = responder.respond(.text("once\n"))
        let second = responder.respond(.text("twice\n"))
        host.log(.notice, "twice: \(first) \(second)")
    }

    /// The number of forms that have been submitted.
    private func count() throws -> Response {
        var count: Int64 = 0
        try host.query(Statement("SELECT count(*) FROM submissions")) { row in
            count = row.integer(0)
            return false
        }
        return .text("\(count)\n")
    }

    /// Stores the query as a word, which must be new.
    private func store(_ request: borrowing Request) -> Outcome {
        let insert = Statement("INSERT INTO trials (word) VALUES (?)", [.text(request.query)])
        var response = Response.text("stored as \n", status: .created)
        response.rowIDPosition = 10
        return .store([insert], thenRespond: response) { refusal in
            .text("refused: \(refusal.reason)\n", status: refusal.isConstraint ? .conflict : .serviceUnavailable)
        }
    }

    /// The number of `name=number`; 0 without one.
    private func number(_ name: String, in query: String) -> Int {
        for parameter in query.split(separator: "&") {
            let parts = parameter.split(separator: "=", maxSplits: 1)
            if parts.count == 2, parts[0] == name, let number = Int(parts[1]) { return max(0, number) }
        }
        return 0
    }
}

/// The symbol that the server looks for in the library.
@c(ringport_handler_v1)
public func ringportHandler() -> UnsafeRawPointer { export(Trial.self) }
