/// The peer that is written in Swift too: files by Hummingbird's FileMiddleware, forms stored by GRDB before the answer.
/// Hummingbird's tasks run it, on one event loop and Swift's own threads.

import Foundation
import GRDB
import Hummingbird
import Logging
import NIOPosix

@main
enum HummingbirdPeer {
    static func main() async throws {
        guard CommandLine.arguments.count == 2 else {
            FileHandle.standardError.write(Data("usage: hummingbird-peer SITE\n".utf8))
            exit(64)
        }
        let site = CommandLine.arguments[1]
        let database = try Submissions(path: site + "/hummingbird.db")
        let router = Router()
        router.middlewares.add(FileMiddleware(site + "/www"))
        router.post("forms/:form") { request, context in
            let form = try context.parameters.require("form")
            let content = try await request.body.collect(upTo: 1 << 20)
            let fields = try URLEncodedFormDecoder().decode([String: String].self, from: String(buffer: content))
            try await database.store(form: form, fields: fields)
            return Response.redirect(to: "/", type: .normal)
        }
        // At `info` it would say nothing of a request either; there is no access log in it to switch on.
        var logger = Logger(label: "hummingbird-peer")
        logger.logLevel = .warning
        let application = Application(
            router: router,
            configuration: .init(address: .hostname("127.0.0.1", port: 0), backlog: 1024),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? 0
                FileHandle.standardError.write(Data("hummingbird-peer: listening on http://127.0.0.1:\(port)\n".utf8))
            },
            // As many as the other servers of the comparison have workers.
            eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup(numberOfThreads: 1)),
            logger: logger
        )
        try await application.runService()
    }
}
