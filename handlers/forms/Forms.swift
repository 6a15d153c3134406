/// Stores what is POSTed to /forms/<name> in the database. Requests come on pool threads.

import HandlerKit

/// The handler: reads a form, stores it as one row, and answers when the row is on disk.
struct Forms: Handler {
    static let manifest = HandlerManifest(
        name: "forms",
        version: "1.0",
        routes: [Route("POST", "/forms/*")],
        migrations: [
            """
            CREATE TABLE submissions (
                id INTEGER PRIMARY KEY,
                form TEXT NOT NULL,
                received_at TEXT NOT NULL,
                remote TEXT NOT NULL,
                user_agent TEXT NOT NULL DEFAULT '',
                referer TEXT NOT NULL DEFAULT '',
                fields TEXT NOT NULL CHECK (json_valid(fields) AND json_type(fields) = 'object')
            ) STRICT;
            CREATE INDEX submissions_by_form ON submissions(form, id);
            """
        ]
    )

    private let host: Host

    init(host: Host) {
        self.host = host
    }

    func handle(_ request: borrowing Request) throws -> Outcome {
        let answers = Answers(request)
        guard let form = Self.formName(request) else {
            let rule = "A form's name has up to 64 letters, digits, _ and -, and begins with a letter or a digit."
            return .respond(answers.problem(.notFound, "There is no such form. \(rule)"))
        }
        do throws(FormError) {
            switch request.bodyKind {
            case .json: return storeFields(try SubmittedFields(request.jsonFields()), request, form: form, answers)
            case .urlEncoded, .multipart:
                return storeFields(SubmittedFields(try request.formFields()), request, form: form, answers)
            case .other:
                try request.requireOneContentType()
                return .respond(Self.unsupportedMediaType(request, answers))
            }
        } catch {
            if case .encodingUnavailable = error { host.log(.error, "a submission of \(form): \(error)") }
            var response = answers.problem(error.status, "\(error)")
            for field in error.fields { response.addField(field.name, field.value) }
            return .respond(response)
        }
    }

    /// An answer that says which types are understood, and after a coded body which codings.
    private static func unsupportedMediaType(_ request: borrowing Request, _ answers: Answers) -> Response {
        var response = answers.unsupportedMediaType
        do throws(FormError) {
            try request.requireUncodedBody()
        } catch {
            for field in error.fields { response.addField(field.name, field.value) }
        }
        return response
    }

    /// The name in the path: `[A-Za-z0-9][A-Za-z0-9_-]{0,63}`.
    static func formName(_ request: borrowing Request) -> String? {
        request.withPath { path in
            let name = path.extracting(min(path.count, "/forms/".utf8.count)...)
            return isFormName(name) ? String(copying: name) : nil
        }
    }

    static func isFormName(_ name: Span<UInt8>) -> Bool {
        guard (1...64).contains(name.count) else { return false }
        for index in name.indices {
            switch name[index] {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                continue
            case UInt8(ascii: "_"), UInt8(ascii: "-"): if index == 0 { return false }
            default: return false
            }
        }
        return true
    }

    // MARK: What was sent

    private func storeFields(
        _ submitted: consuming SubmittedFields,
        _ request: borrowing Request,
        form: String,
        _ answers: Answers
    ) -> Outcome {
        var fields = submitted
        let answer = answers.stored(form: form, next: fields.next)
        // A person does not see the field `_gotcha`. A robot's browser sees the usual answer; a program gets the id 0,
        // since there is no row that could have one.
        if fields.isFromRobot { return .respond(answer.withoutRowID) }
        let files = fields.nameFiles()
        return store(fields.json, files, request, form: form, answer, answers)
    }

    // MARK: The row

    private func store(
        _ fields: [UInt8],
        _ files: [Upload],
        _ request: borrowing Request,
        form: String,
        _ answer: Response,
        _ answers: Answers
    ) -> Outcome {
        let insert = Statement(
            """
            INSERT INTO submissions (form, received_at, remote, user_agent, referer, fields) VALUES (?, ?, ?, ?, ?, ?)
            """,
            [
                .text(form),
                .utf8(request.receivedAt.rfc3339),
                .text(request.remote),
                .text(request.field("user-agent") ?? ""),
                .text(request.field("referer") ?? ""),
                .utf8(fields),
            ]
        )
        return .store([insert], files: files, thenRespond: answer) { [host] refusal in
            host.log(.error, "a submission of \(form) was not stored: \(refusal.message)")
            // Every form that comes this far fits the table; what the site's owner has added to it may say otherwise.
            if refusal.isConstraint {
                return answers.problem(.badRequest, "A rule of this site's database refuses what was sent.")
            }
            return switch refusal.reason {
            case .filesTooLarge:
                answers.problem(.contentTooLarge, "This site does not take so many files, or such large ones, at once.")
            case .filesFull:
                answers.problem(.insufficientStorage, "There is no room left for the files of this form.")
            default:
                answers.problem(.serviceUnavailable, "The form can't be stored now. Try again later.")
            }
        }
    }
}

extension HTTPResponse.Status {
    /// RFC 4918, section 11.5.
    static let insufficientStorage = HTTPResponse.Status(code: 507, reasonPhrase: "Insufficient Storage")
}

/// The symbol that the server looks for in the library.
@c(ringport_handler_v1)
public func ringportHandler() -> UnsafeRawPointer { export(Forms.self) }
