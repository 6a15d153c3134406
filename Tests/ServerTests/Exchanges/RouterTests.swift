/// Which part of the server answers, by method and path. Test threads.

import HTTP
import Testing

@testable import Server

@Suite struct RouterTests {
    private static let get = Router.bit(.get)
    private static let head = Router.bit(.head)
    private static let post = Router.bit(.post)

    private static let router = Router(routes: [
        Route(methods: post, path: Array("/forms/".utf8), isPrefix: true, handler: 0),
        Route(methods: get | post, path: Array("/both".utf8), isPrefix: false, handler: 1),
        Route(methods: get, path: Array("/api/".utf8), isPrefix: true, handler: 2),
        Route(methods: post, path: Array("/api/new".utf8), isPrefix: false, handler: 3),
    ])

    struct Case: Sendable {
        let method: Method
        let path: String
        let decision: RouteDecision
    }

    @Test(arguments: [
        // A prefix wants at least one byte more.
        Case(method: .post, path: "/forms/contact", decision: .handler(0)),
        Case(method: .post, path: "/forms/a/b", decision: .handler(0)),
        Case(method: .post, path: "/forms/", decision: .methodNotAllowed(allow: get | head)),
        Case(method: .get, path: "/forms/", decision: .file),
        Case(method: .get, path: "/forms/contact", decision: .methodNotAllowed(allow: post)),
        Case(method: .get, path: "/form", decision: .file),
        // A whole path is that path.
        Case(method: .get, path: "/both", decision: .handler(1)),
        Case(method: .post, path: "/both", decision: .handler(1)),
        Case(method: .get, path: "/both/", decision: .file),
        Case(method: .get, path: "/bot", decision: .file),
        Case(method: .get, path: "/Both", decision: .file),
        // HEAD goes where GET goes.
        Case(method: .head, path: "/both", decision: .handler(1)),
        Case(method: .head, path: "/forms/contact", decision: .methodNotAllowed(allow: post)),
        Case(method: .head, path: "/page.html", decision: .file),
        // The first route that takes the method counts; Allow names what all of them take.
        Case(method: .get, path: "/api/new", decision: .handler(2)),
        Case(method: .post, path: "/api/new", decision: .handler(3)),
        Case(method: .delete, path: "/api/new", decision: .methodNotAllowed(allow: get | head | post)),
        Case(method: .delete, path: "/both", decision: .methodNotAllowed(allow: get | head | post)),
        Case(method: .delete, path: "/page.html", decision: .methodNotAllowed(allow: get | head)),
        Case(method: .other, path: "/page.html", decision: .methodNotAllowed(allow: get | head)),
        // OPTIONS is answered everywhere.
        Case(method: .options, path: "/page.html", decision: .options(allow: get | head)),
        Case(method: .options, path: "/forms/contact", decision: .options(allow: post)),
        Case(method: .options, path: "/both", decision: .options(allow: get | head | post)),
    ])
    func aRequestGoesWhereItBelongs(_ one: Case) {
        #expect(Self.router.decide(one.method, Array(one.path.utf8).span) == one.decision)
    }

    @Test func withoutRoutesEverythingIsAFile() {
        let path = Array("/forms/contact".utf8)
        #expect(Router(routes: []).decide(.get, path.span) == .file)
        #expect(Router(routes: []).decide(.post, path.span) == .methodNotAllowed(allow: Self.get | Self.head))
    }

    @Test func everyMethodHasABitOfItsOwn() {
        #expect(Set(Method.allCases.map(Router.bit)).count == Method.allCases.count)
    }
}
