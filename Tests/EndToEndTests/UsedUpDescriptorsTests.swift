/// Files of a server that has no descriptor left. Test threads.

import Harness
import Testing

@Suite struct UsedUpDescriptorsTests {
    private static let files = [
        "page.html": "page", "clean.html": "clean", "folder/index.html": "index", "listed/a": "a",
        "404.html": "missing", "50x.html": "failed",
    ]

    /// Nobody knows whether there is a file, so that none is missing.
    ///
    /// Neither is its clean address, its index, its list or the page in its place. When there is a descriptor again each is
    /// answered as it should be.
    @Test(arguments: [("", 404), ("fallback = \"/page.html\"", 200)])
    func noFileIsMissingForWantOfADescriptor(configuration: String, missing: Int) throws {
        let targets = [
            ("/page.html", 200), ("/clean", 200), ("/folder/", 200), ("/folder", 308), ("/listed/", 200),
            ("/none.css", 404), ("/none", missing), ("/none/", missing),
        ]
        let rules = "[files]\nlisting = true\nclean_urls = true\n\(configuration)\n"
        let site = try TestSite(Self.files, configuration: rules)
        try serving(site, arguments: ["--workers", "1"]) { server in
            let client = try Client(server)
            // It has its descriptor from here on.
            _ = try client.exchange("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")
            let process = ["--pid", "\(server.process.processID)"]
            try Program.run(program: "prlimit", process + ["--nofile=0:"]).check()
            for (target, _) in targets {
                for fields in ["", Request.json] {
                    let answer = try client.exchange(Request.get(target, fields))
                    #expect(answer.status == 503, "\(target): \(answer.text)")
                    #expect(answer["Retry-After"] != nil && answer["Cache-Control"] == "no-store")
                    let reason = "\"reason\":\"descriptors-exhausted\""
                    #expect(fields.isEmpty || answer.text.contains(reason), "\(answer.text)")
                }
            }
            try Program.run(program: "prlimit", process + ["--nofile=1000:"]).check()
            for (target, status) in targets {
                try #expect(client.exchange(Request.get(target)).status == status, "\(target)")
            }
            try #expect(client.exchange(Request.get("/none.css")).text == "missing")
        }
    }
}
