/// The smallest handler: says hello. Requests come on pool threads.

import HandlerKit

struct Hello: Handler {
    static let manifest = HandlerManifest(name: "hello", version: "1.0", routes: [Route("GET", "/hello")])

    init(host: Host) {}

    func handle(_ request: borrowing Request) -> Outcome {
        .respond(.text("Hello, \(request.remote)!\n"))
    }
}

/// What the server looks for in the library.
@c(ringport_handler_v1)
public func ringportHandler() -> UnsafeRawPointer { export(Hello.self) }
