/// Each key of the configuration at a reload: applied, or named as one that waits. Test threads.

import CPlatform
import Glibc
import HTTP
import Passwords
import Platform
import Testing

@testable import Configuration
@testable import Server

/// A key, a text in which it is as by default, and one in which it is not.
private struct ChangedKey: Sendable, CustomTestStringConvertible {
    let key: String
    let before: String
    let after: String

    /// - Parameters:
    ///   - key: its full name.
    ///   - line: sets it.
    ///   - header: of its table, where that is not what the name says.
    ///   - others: lines that give it an effect.
    init(_ key: String, _ line: String, header: String? = nil, others: String = "") {
        self.key = key
        let header = header ?? "[\(key.split(separator: ".").dropLast().joined(separator: "."))]"
        before = others.isEmpty ? "" : "\(header)\n\(others)\n"
        after = "\(header)\n\(others)\n\(line)\n"
    }

    init(_ key: String, before: String, after: String) {
        self.key = key
        self.before = before
        self.after = after
    }

    var testDescription: String { key }
}

@Suite(.serialized) struct ReloadedKeysTests {
    private static let origin = "origins = [\"https://a.example\"]"
    private static let keys: [ChangedKey] =
        [
            ChangedKey("server.listen", "listen = [\"127.0.0.1:9\"]"), ChangedKey("server.workers", "workers = 3"),
            ChangedKey("server.socket_mode", "socket_mode = \"0600\""),
            ChangedKey("server.socket_owner", "socket_owner = \"root\""),
            ChangedKey("server.freebind", "freebind = true"), ChangedKey("server.engine", "engine = \"epoll\""),
            ChangedKey("server.status", "status = \"\""),
            ChangedKey("server.proxies", "proxies = [\"127.0.0.1\"]"),
            ChangedKey("server.proxy_field", "proxy_field = \"Forwarded\"", others: "proxies = [\"127.0.0.1\"]"),
            ChangedKey("files.www", "www = \"other\""), ChangedKey("files.index", "index = [\"x.html\"]"),
            ChangedKey("files.clean_urls", "clean_urls = true"), ChangedKey("files.fallback", "fallback = \"/x\""),
            ChangedKey("files.listing", "listing = true"), ChangedKey("files.hidden", "hidden = true"),
            ChangedKey("files.symlinks", "symlinks = \"inside\""),
            ChangedKey("files.media_types", "media_types = \"types\""),
            ChangedKey("files.types.foo", "foo = \"application/x-foo\""),
            ChangedKey("compression.enabled", "enabled = false"), ChangedKey("compression.codings", "codings = []"),
            ChangedKey("compression.size_min", "size_min = 1"), ChangedKey("compression.size_max", "size_max = 1000"),
            ChangedKey("compression.cache_size_max", "cache_size_max = 3"),
            ChangedKey("security.content_type_options", "content_type_options = false"),
            ChangedKey("security.referrer_policy", "referrer_policy = \"\""),
            ChangedKey("security.frame_options", "frame_options = \"DENY\""),
            ChangedKey("security.content_security_policy", "content_security_policy = \"default-src 'self'\""),
            ChangedKey("cors.origins", origin), ChangedKey("cors.methods", "methods = [\"PUT\"]", others: origin),
            ChangedKey("cors.fields", "fields = [\"X-A\"]", others: origin),
            ChangedKey("cors.expose", "expose = [\"X-A\"]", others: origin),
            ChangedKey("cors.credentials", "credentials = true", others: origin),
            ChangedKey("cors.max_age", "max_age = 5", others: origin),
            ChangedKey("log.folder", "folder = \"other\""), ChangedKey("log.access", "access = false"),
            ChangedKey("log.error", "error = \"stderr\""), ChangedKey("handlers.enabled", "enabled = [\"forms\"]"),
            ChangedKey("pool.threads_min", "threads_min = 3"), ChangedKey("pool.threads_max", "threads_max = 31"),
            ChangedKey("pool.queue_max", "queue_max = 999"), ChangedKey("pool.niceness", "niceness = 3"),
            ChangedKey("store.folder", "folder = \"data\""),
            ChangedKey("store.writes_queued_max", "writes_queued_max = 99"),
            ChangedKey("store.writes_queued_size_max", "writes_queued_size_max = 9999"),
            ChangedKey("cache.status", "status = [404]", header: "[[cache]]", others: "value = \"a\""),
            ChangedKey(
                "fields.status",
                "status = [404]",
                header: "[[fields]]",
                others: "name = \"X-A\"\nvalue = \"a\""
            ),
            ChangedKey("uploads.files_per_form", "files_per_form = 3"),
            ChangedKey("uploads.files_max", "files_max = 99"), ChangedKey("uploads.size_max", "size_max = 999"),
            ChangedKey("uploads.free_size_min", "free_size_min = 1"),
        ] + limits + deadlines + lists

    private static let limits = [
        "head_size_max = 20000", "request_line_size_max = 500", "field_count_max = 50", "body_size_max = 10",
        "body_rate_min = 9", "bodies_size_max = 99999999", "heads_size_max = 999999", "connections_max = 63",
        "direct_sockets_max = 0", "pipelined_max = 3", "exchanges_max = 255", "calls_max = 99",
        "receive_buffer_count = 512", "submissions_max = 512", "packets_max = 4096", "outputs_max = 63",
        "file_cache_size_max = 5", "wrong_passwords_max = 3", "wrong_password_interval = 7.5",
    ].map { ChangedKey("limits.\($0.split(separator: " ")[0])", $0) }

    private static let deadlines = ["head", "body", "idle", "send", "handler", "linger", "drain"]
        .map { ChangedKey("deadlines.\($0)", "\($0) = 7.5") }

    private static var lists: [ChangedKey] {
        let cases: [(table: String, lines: [(name: String, line: String, other: String)])] = [
            (
                "cache",
                [
                    ("path", "path = \"/a\"", ""), ("type", "type = \"text/*\"", ""),
                    ("value", "value = \"a\"", "value = \"b\""),
                ]
            ),
            (
                "fields",
                [
                    ("path", "path = \"/a\"", ""), ("type", "type = \"text/*\"", ""),
                    ("name", "name = \"X-A\"", "name = \"X-B\""), ("value", "value = \"a\"", "value = \"b\""),
                ]
            ),
            (
                "redirect",
                [
                    ("from", "from = \"/a\"", "from = \"/b\""), ("to", "to = \"/c\"", "to = \"/d\""),
                    ("status", "status = 302", ""),
                ]
            ),
            ("rewrite", [("from", "from = \"/a\"", "from = \"/b\""), ("to", "to = \"/c\"", "to = \"/d\"")]),
            (
                "auth",
                [
                    ("path", "path = \"/a\"", "path = \"/b\""), ("realm", "realm = \"A\"", "realm = \"B\""),
                    ("file", "file = \"users\"", "file = \"others\""), ("shared_cache", "shared_cache = true", ""),
                ]
            ),
            (
                "host",
                [
                    ("names", "names = [\"a\"]", "names = [\"b\"]"), ("www", "www = \"other\"", ""),
                    ("redirect_to", "redirect_to = \"https://a\"", ""),
                ]
            ),
        ]
        return cases.flatMap { table, lines in
            lines.map { name, _, _ in
                let before = lines.map { $0.name == name ? $0.other : $0.line }
                return ChangedKey(
                    "\(table).\(name)",
                    before: "[[\(table)]]\n" + before.joined(separator: "\n"),
                    after: "[[\(table)]]\n" + lines.map(\.line).joined(separator: "\n")
                )
            }
        }
    }

    /// The keys of the schema, and whether a reload applies each.
    private static let schema: [String: Bool] = {
        var keys: [String: Bool] = [:]
        for section in ConfigurationSchema.root.tables.flatMap({ $0.guide(usual, $0.name) }) {
            let table = section.title.filter { !"[]".contains($0) }
            for row in section.rows {
                let name = row.name.hasPrefix("`") ? row.name.filter { $0 != "`" } : "foo"
                keys["\(table).\(name)"] = row.appliesAtReload
            }
        }
        return keys
    }()

    @Test func everyKeyIsTried() {
        #expect(Set(Self.keys.map(\.key)) == Set(Self.schema.keys))
    }

    @Test func aKeyIsAppliedOrNamedAndHeldBack() throws {
        for changed in Self.keys {
            let old = try applied(changed.before)
            var wanted = try applied(changed.after)
            #expect(written(wanted) != written(old), "\(changed.key): nothing changes")
            let waiting = ConfigurationText.holdBack(&wanted, to: old)
            let applies = Self.schema[changed.key] ?? false
            #expect(waiting == (applies ? [] : [changed.key]), "\(changed.key)")
            #expect((written(wanted) == written(old)) != applies, "\(changed.key)")
        }
    }

    /// All rules that workers read, and what else a reload may change.
    private func rules(_ server: Server) throws -> String {
        let site = try #require(server.site)
        var text = ""
        dump(site.limits, to: &text)
        dump(site.allowances, to: &text)
        dump(site.headLimits, to: &text)
        dump(site.hosts, to: &text)
        dump(site.proxies, to: &text)
        for realm in site.realms {
            text += String(decoding: realm.name, as: UTF8.self)
            text += realm.passwords.users.map { String(decoding: $0, as: UTF8.self) }.sorted().joined()
        }
        dump(site.codings, to: &text)
        for name in ["foo", "bar"] {
            text += String(decoding: site.mediaTypes.type(forExtension: Array(name.utf8)), as: UTF8.self)
        }
        for rules in [server.configuration.rules] + server.configuration.hosts.map(\.rules) {
            text += rules.files.www
        }
        return text + "\(site.variants.sizeMax) \(server.drainDuration)"
    }

    @Test func whatIsAppliedChangesWhatWorkersGoByAndNothingElseDoes() throws {
        let root = try Self.makeSite()
        defer { Self.remove(root) }
        func configuration(_ text: String) throws -> ServerConfiguration {
            var configuration = try applied(text)
            configuration.root = root
            return configuration
        }
        var first = try configuration("[handlers]\nenabled = []\n[server]\nlisten = [\"127.0.0.1:0\"]\nworkers = 1\n")
        first.handlers = []
        let server = try Server(first) { error in Issue.record("the database failed later: \(error)") }
        defer { server.stop(deadline: .now) }
        for changed in Self.keys {
            var seen: [String] = []
            for text in [changed.before, changed.after] {
                var wanted = try configuration(text)
                _ = ConfigurationText.holdBack(&wanted, to: first)
                let outcome = server.reload(wanted)
                #expect(outcome.isTaken && outcome.lines.isEmpty, "\(changed.key): \(outcome.lines)")
                try seen.append(rules(server))
            }
            #expect((seen[0] != seen[1]) == Self.schema[changed.key], "\(changed.key)")
        }
    }

    private static func makeSite() throws -> String {
        var template = Array("/tmp/ringport-keys-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw SystemError("make a folder") }
        let root = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        for folder in ["www", "other"] { unsafe _ = mkdir("\(root)/\(folder)", 0o755) }
        let hash = "$2y$10$pdgbcl503qQRd1GXzrj5N.T2unBsOLGep9JzgZ286jI.WMeUJmYsm"
        for (name, text) in [("types", "x/bar bar\n"), ("users", "ann:\(hash)\n"), ("others", "bob:\(hash)\n")] {
            let number = unsafe ringport_open("\(root)/\(name)", O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
            let file = Descriptor(owning: number)
            guard unsafe write(file.rawValue, text, text.utf8.count) == text.utf8.count else {
                throw SystemError("write")
            }
        }
        return root
    }

    private static func remove(_ root: String) {
        for name in ["types", "users", "others", "logs/access.log", "logs/error.log"] {
            unsafe _ = unlink("\(root)/\(name)")
        }
        for name in ["www", "other", "logs", ""] { unsafe _ = rmdir("\(root)/\(name)") }
    }
}
