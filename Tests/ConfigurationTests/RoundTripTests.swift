/// That what `ringport check` prints is the configuration again. Test threads.

import HandlerPool
import Server
import Store
import Testing

@testable import Configuration

@Suite struct RoundTripTests {
    private static let everything = """
        [server]
        listen = ["[::]:0", "10.0.0.1:80"]
        workers = 3
        proxies = ["::1", "10.0.0.0/8", "unix"]
        proxy_field = "Forwarded"
        [limits]
        file_cache_size_max = 0
        [deadlines]
        idle = 0.125
        send = 1.5
        [pool]
        queue_max = 65
        niceness = 0
        [handlers]
        enabled = ["forms", "hello"]
        [files]
        www = "a \\"b\\" \\\\ ü"
        symlinks = "follow"
        media_types = ""
        [files.types]
        "" = "text/plain"
        "**/README" = "text/markdown"
        "/.well-known/app" = "application/json"
        "tar.gz" = "application/gzip"
        "x y" = "text/x; charset=utf-8"
        foo = "application/x-foo"
        [compression]
        codings = []
        [security]
        referrer_policy = ""
        content_security_policy = "default-src 'self'"
        [[cache]]
        value = ""
        [[fields]]
        path = "/a/**"
        type = "text/*"
        name = "X-A"
        value = "a \\"b\\""
        [[fields]]
        status = [404, 308]
        name = "Cache-Control"
        value = "public"
        [cors]
        origins = ["https://a.example", "http://[::1]:8080"]
        credentials = true
        [[redirect]]
        from = "/ü/*"
        to = "https://example.com/*"
        status = 301
        [[rewrite]]
        from = "/a"
        to = "/b"
        [[auth]]
        path = "**"
        realm = "\\"quoted\\""
        file = "/etc/passwords"
        shared_cache = true
        [[host]]
        names = ["a", "*.a"]
        fields = []
        auth = []
        [host.files]
        hidden = true
        [[host.rewrite]]
        from = "/c"
        to = "/d"
        [[host]]
        names = ["[::1]"]
        redirect_to = "https://a:444"
        redirect = []
        """

    @Test(arguments: ["", everything] + ConfigurationGuide.examples)
    func whatIsPrintedYieldsTheSameConfiguration(text: String) throws {
        let configuration = try applied(text)
        let again = try applied(written(configuration))
        #expect(written(again) == written(configuration))
        #expect(again.listen == configuration.listen && again.workers == configuration.workers)
        #expect("\(again.limits)" == "\(configuration.limits)")
        #expect(again.deadlines == configuration.deadlines && again.pool == configuration.pool)
        #expect("\(again.store)" == "\(configuration.store)")
        #expect(again.proxies == configuration.proxies)
        #expect(again.rules == configuration.rules)
        #expect(again.hosts == configuration.hosts)
        #expect(again.compression == configuration.compression && again.mediaTypes == configuration.mediaTypes)
        #expect(again.handlers == configuration.handlers)
    }

    @Test func aValueThatIsNotTheDefaultHasItBesideIt() throws {
        let text = try written(applied("[server]\nworkers = 9\n[deadlines]\nidle = 0.5\n"))
        #expect(text.contains("\nidle = 0.5  # default: 75\n"))
        #expect(text.contains("\nworkers = 9  # default: one for each processor that the process may use\n"))
        #expect(text.contains("\nhead = 10\n"))
        #expect(written(usual).matches(of: /# default/).isEmpty)
    }

    /// Every key of the guide is printed, or is a comment where it has no value.
    @Test func everyKeyIsPrinted() throws {
        let text = try written(applied(Self.everything))
        for table in ConfigurationSchema.root.tables where table.name != "cache" {
            for name in table.keyNames {
                #expect(text.contains("\n\(name) = ") || text.contains("\n# \(name): "), "\(table.name).\(name)")
            }
        }
    }
}
