/// A proxy of another make that stands before a server of ours. Test threads.

import Glibc
import Harness
import Platform

/// nginx, Caddy or HAProxy, set up as their manuals say for a site behind them.
final class FrontProxy {
    enum Kind: String, CaseIterable, Sendable {
        case nginx, caddy, haproxy

        /// Debian keeps servers where the `PATH` of an ordinary user does not look.
        var program: String? {
            ["/usr/sbin/", "/usr/bin/", "/usr/local/sbin/", "/usr/local/bin/"].map { $0 + rawValue }
                .first { unsafe access($0, X_OK) == 0 }
        }

        /// True when a test can use it; in CI a missing one is a failure.
        var mayRun: Bool { program != nil || ChildProcess.variable("CI") == "true" }
    }

    let port: UInt16
    private let process: ChildProcess
    private let folder: TestSite

    /// Starts a proxy and waits until it accepts.
    ///
    /// - Parameters:
    ///   - kind: which.
    ///   - upstream: the port of 127.0.0.1 that it passes requests on to.
    ///   - caches: nginx keeps whatever it may, and says so in `X-Cache`.
    /// - Throws: when it is not installed, or does not start.
    init(_ kind: Kind, upstream: UInt16, caches: Bool = false) throws {
        guard let program = kind.program else {
            throw HarnessError("\(kind.rawValue) is not installed: run `scripts/install-dependencies proxies`")
        }
        let folder = try TestSite([:])
        let port = try FreePort.find()
        self.folder = folder
        self.port = port
        let path = folder.root + "/proxy.conf"
        let arguments: [String]
        switch kind {
        case .nginx:
            let (cache, use) = caches ? Self.nginxCache(folder.root) : ("", "")
            try folder.write("proxy.conf", Self.nginx(port, upstream, folder.root, cache, use))
            arguments = [program, "-c", path]
        case .caddy:
            try folder.write("proxy.conf", Self.caddy(port, upstream))
            arguments = [program, "run", "--adapter", "caddyfile", "--config", path]
        case .haproxy:
            try folder.write("proxy.conf", Self.haproxy(port, upstream))
            arguments = [program, "-db", "-f", path]
        }
        // Caddy writes to its user's home otherwise.
        let homes = ["XDG_CONFIG_HOME=\(folder.root)", "XDG_DATA_HOME=\(folder.root)"]
        process = try ChildProcess("env", homes + arguments)
        try process.waitUntilListening(port: port, kind.rawValue)
    }

    deinit {
        process.send(signal: SIGTERM)
        _ = try? process.waitUntilEnded()
    }

    // MARK: Configurations

    // Each adds to X-Forwarded-For in the way that its manual recommends, and to Forwarded at its end.

    private static func nginx(_ port: UInt16, _ upstream: UInt16, _ folder: String, _ cache: String, _ use: String)
        -> String
    {
        """
        user root;
        worker_processes 1;
        daemon off;
        pid \(folder)/nginx.pid;
        error_log \(folder)/error.log;
        events {}
        http {
            access_log off;
            client_body_temp_path \(folder)/body;
            proxy_temp_path \(folder)/proxy;
            fastcgi_temp_path \(folder)/fastcgi;
            uwsgi_temp_path \(folder)/uwsgi;
            scgi_temp_path \(folder)/scgi;
            \(cache)
            server {
                listen 127.0.0.1:\(port);
                location / {
                    proxy_pass http://127.0.0.1:\(upstream);
                    proxy_set_header Host $host;
                    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
                    proxy_set_header Forwarded "$http_forwarded, for=$remote_addr";
                    \(use)
                }
            }
        }

        """
    }

    /// nginx as a cache that keeps what it is told to, and for a minute what says nothing.
    ///
    /// It passes on all that a client says: without these lines it would leave out conditions and ranges where it caches.
    private static func nginxCache(_ folder: String) -> (cache: String, use: String) {
        let cache = """
            proxy_cache_path \(folder)/cache keys_zone=pages:1m;
            client_max_body_size 0;
            large_client_header_buffers 8 32k;
            """
        let use = """
            proxy_cache pages;
            proxy_cache_key $host$request_uri;
            proxy_cache_valid any 60s;
            proxy_http_version 1.1;
            proxy_request_buffering off;
            proxy_set_header If-Match $http_if_match;
            proxy_set_header Range $http_range;
            proxy_set_header Expect $http_expect;
            add_header X-Cache $upstream_cache_status always;
            """
        return (cache, use)
    }

    private static func caddy(_ port: UInt16, _ upstream: UInt16) -> String {
        """
        {
            admin off
            auto_https off
        }
        http://:\(port) {
            bind 127.0.0.1
            reverse_proxy 127.0.0.1:\(upstream) {
                header_up +Forwarded "for={http.request.remote.host};proto=http"
            }
        }

        """
    }

    private static func haproxy(_ port: UInt16, _ upstream: UInt16) -> String {
        """
        defaults
            mode http
            timeout connect 5s
            timeout client 30s
            timeout server 30s
        frontend web
            bind 127.0.0.1:\(port)
            option forwardfor
            http-request add-header Forwarded "for=%[src]"
            default_backend site
        backend site
            server ringport 127.0.0.1:\(upstream)

        """
    }
}
