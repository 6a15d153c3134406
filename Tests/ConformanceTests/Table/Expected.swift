/// What may come of a request. Pure, any thread.
///
/// Where an RFC leaves a choice, every choice it leaves is listed, so that no server loses a point for another taste. The
/// first way, and the first status of it, is Ringport's: of Ringport the tests expect exactly that.

/// The ways a request may end, one of which has to be met.
struct Expected: Sendable {
    /// One way: so many answers of such kinds, and what becomes of the connection.
    struct Way: Sendable {
        var answers: [Answer]
        var ending: Ending
    }

    /// What the connection does behind the last answer.
    enum Ending: Sendable {
        /// The next request is answered.
        case goesOn
        /// Nothing further is answered, and the server closes.
        case closes
        case either
    }

    var ways: [Way]

    /// One answer with one of these statuses, after which the connection goes on.
    static func status(_ statuses: Int...) -> Expected {
        Expected(ways: [Way(answers: [Answer(statuses)], ending: .goesOn)])
    }

    /// 200 with this body, after which the connection goes on.
    static func ok(_ body: String) -> Expected {
        Expected.status(200).body(body)
    }

    /// One answer with one of these statuses, after which the server closes: nobody knows where the next request begins.
    static func refused(_ statuses: Int...) -> Expected {
        Expected(ways: [Way(answers: [Answer(statuses)], ending: .closes)])
    }

    /// No answer at all: the server closes.
    static let closed = Expected(ways: [Way(answers: [], ending: .closes)])

    /// Several requests, several answers.
    static func answers(_ parts: Expected...) -> Expected {
        let ways = parts.compactMap(\.ways.first)
        return Expected(ways: [Way(answers: ways.flatMap(\.answers), ending: ways.last?.ending ?? .goesOn)])
    }

    /// The other ways that the RFC leaves.
    func or(_ other: Expected) -> Expected {
        Expected(ways: ways + other.ways)
    }

    var closing: Expected { ending(.closes) }
    var thenEither: Expected { ending(.either) }

    private func ending(_ ending: Ending) -> Expected {
        changed { $0.ending = ending }
    }

    func body(_ text: String) -> Expected {
        changed { $0.answers.mend { $0.body = Array(text.utf8) } }
    }

    /// A field that is there, whatever it says.
    func with(_ name: String) -> Expected {
        rule(.present(name))
    }

    /// A field with exactly this value.
    func with(_ name: String, _ value: String) -> Expected {
        rule(.equal(name, value))
    }

    /// A field whose list has these members, among others and in any case.
    func listing(_ name: String, _ members: String...) -> Expected {
        rule(.lists(name, members))
    }

    func without(_ names: String...) -> Expected {
        changed { way in way.answers.mend { answer in answer.rules += names.map(FieldRule.absent) } }
    }

    /// Something that neither a field nor the body alone tells.
    func holding(_ what: String, _ holds: @escaping @Sendable (Reply) -> Bool) -> Expected {
        rule(.custom(what, holds))
    }

    private func rule(_ rule: FieldRule) -> Expected {
        changed { $0.answers.mend { $0.rules.append(rule) } }
    }

    private func changed(_ change: (inout Way) -> Void) -> Expected {
        Expected(
            ways: ways.map { way in
                var way = way
                change(&way)
                return way
            }
        )
    }
}

extension [Answer] {
    /// Changes the last answer; the one before it has been described already.
    mutating func mend(_ change: (inout Answer) -> Void) {
        if let last = indices.last { change(&self[last]) }
    }
}
