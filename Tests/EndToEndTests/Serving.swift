/// The frame of most tests: serve a site, try the claim, stop, and see that the server stopped well. Test threads.

import Harness
import Testing

/// Serves a site while `body` runs; afterwards the server has to stop cleanly and have had nothing to complain of.
func serving(
    _ files: [String: String] = ["index.html": "hello\n"],
    configuration: String? = nil,
    arguments: [String] = [],
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: (ServerProcess) throws -> Void
) throws {
    try serving(
        TestSite(files, configuration: configuration),
        arguments: arguments,
        sourceLocation: sourceLocation,
        body
    )
}

func serving(
    _ site: TestSite,
    arguments: [String] = [],
    launcher: [String] = [],
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: (ServerProcess) throws -> Void
) throws {
    let server = try ServerProcess(site, arguments: arguments, launcher: launcher)
    do {
        try body(server)
    } catch {
        // A server that died explains a failed read better than the read does.
        Issue.record("\(error)\nserver's stderr: \(server.process.errors)", sourceLocation: sourceLocation)
    }
    let ending = try server.stop()
    #expect(ending == .exited(0), "stderr: \(server.process.errors)", sourceLocation: sourceLocation)
    for sign in ["Fatal error", "Sanitizer", "ThreadSanitizer", "stalled"] {
        #expect(!server.process.errors.contains(sign), "\(server.process.errors)", sourceLocation: sourceLocation)
    }
}
