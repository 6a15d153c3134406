/// Complaints about a wrong configuration, and their lines. Test threads.

import Testing

@testable import Configuration

@Suite struct ComplaintTests {
    /// A text, and what the complaint says after `ringport.toml:`.
    typealias Case = (text: String, complaint: String)

    private static let names: [Case] = [
        ("[limits]\nbody_size_mx = 1\n", "2: limits.body_size_mx is not known; did you mean body_size_max?"),
        ("[limit]\nbody_size_max = 1\n", "1: [limit] is not known; did you mean limits?"),
        ("\n\nworkers = 2\n", "3: workers is not known here; it belongs below [server]"),
        ("[server]\n\"a b\" = 2\n", "2: server.\"a b\" is not known; known are: listen, socket_mode, socket_owner"),
        ("[files.type]\na = 'b/c'\n", "1: [files.type] is not known; did you mean types?"),
        (
            "[[redirect]]\nfrom = '/a'\nto = '/b'\n\n[[redirect]]\nform = '/a'\n",
            "6: redirect.form is not known; did you mean from?"
        ),
        (
            "[[host]]\nnames = ['a']\n[[host.redirect]]\nfrom='/a'\nto='/b'\nstate=301\n",
            "6: host.redirect.state is not known; did you mean status?"
        ),
        (
            "[[host]]\nnames = ['a']\n[host.files]\nwww = 'x'\n",
            "4: host.files.www is not known; known are: index, clean_urls, fallback, listing, hidden, symlinks"
        ),
    ]

    /// The same name in several tables, in every way in which TOML writes a table.
    private static let lines: [Case] = [
        (
            "[deadlines]\nhead = 1\nbody = 2\n[limits]\n[security]\n[cors]\nfields = 1\n",
            "7: cors.fields is a list of fields' names"
        ),
        ("deadlines.head = 1\ndeadlines.body = 'x'\n", "2: deadlines.body is a number of seconds from 0.001 to 86400"),
        (
            "limits = { head_size_max = 2000, body_size_max = -1 }\n",
            "1: limits.body_size_max is a whole number from 0 to 268435456"
        ),
        (
            "# [limits]\n# body_size_max = 0\nx = '''\n[limits]\nbody_size_max = 0\n'''\n",
            "3: x is not known; known are:"
        ),
        ("[[cache]]\nvalue = 'a'\n[[cache]]\nvalue = 'b'\n[[cache]]\nvalue = 5\n", "6: cache.value is a value such as"),
        ("[[cache]]\nvalue = 'a'\n\n[[cache]]\npath = '/x'\n", "4: [[cache]] lacks value"),
        (
            "cache = [ { value = 'a' },\n  { value = 'b' },\n  { vale = 'c' } ]\n",
            "3: cache.vale is not known; did you mean value?"
        ),
        (
            "[server]\nlisten = [\n  '127.0.0.1:1', # fine\n  'nowhere'\n]\n",
            "4: server.listen does not take \"nowhere\"; write an address such as"
        ),
        ("[cors]\norigins = ['http://a',\n\n'http://a/']\n", "4: cors.origins does not take \"http://a/\""),
        (
            "[[host]]\nnames = ['a']\n[[host.auth]]\npath = '/a'\nrealm = 'r'\nfile = 'f'\n[[host]]\nnames = ['b']\n[[host.auth]]\npath = 'a'\n",
            "10: host.auth.path does not take \"a\""
        ),
        ("\"server\".'workers' = 0\n", "1: server.workers is a whole number from 1 to 256"),
        (
            "[security]\r\nframe_options = \"\"\"\r\nNO\"\"\"\r\nreferrer_policy = 'origins'\r\n",
            "4: security.referrer_policy does not take \"origins\"; did you mean \"origin\"?"
        ),
    ]

    private static let values: [Case] = [
        ("[server]\nworkers = 1.5\n", "2: server.workers is a whole number from 1 to 256"),
        ("[server]\nworkers = 1979-05-27\n", "2: server.workers is a whole number"),
        ("[server]\nlisten = []\n", "2: server.listen is empty, and is a list of addresses"),
        ("[server]\nlisten = ['localhost:80', '127.0.0.1:80']\n", "2: server.listen has 127.0.0.1:80 twice"),
        (
            "[server]\nproxies = ['127.0.0.1',\n'10.0.0.1/8']\n",
            "3: server.proxies does not take \"10.0.0.1/8\"; write \"10.0.0.0/8\" for the range, or \"10.0.0.1\" for"
        ),
        ("[server]\nproxies = '127.0.0.1'\n", "2: server.proxies is a list of addresses and ranges such as"),
        ("[server]\nproxies = ['nginx']\n", "2: server.proxies does not take \"nginx\"; write an address such as"),
        (
            "[server]\nproxy_field = 'x-forwarded-for'\n",
            "2: server.proxy_field does not take \"x-forwarded-for\"; did you mean \"X-Forwarded-For\"?"
        ),
        ("[server]\nproxy_field = 'X-Real-IP'\n", "2: server.proxy_field does not take \"X-Real-IP\"; known are:"),
        ("[deadlines]\nidle = nan\n", "2: deadlines.idle is a number of seconds"),
        ("[files]\nlisting = 'yes'\n", "2: files.listing is true or false"),
        ("[files]\nsymlinks = 'folow'\n", "2: files.symlinks does not take \"folow\"; did you mean \"follow\"?"),
        ("[log]\naccess = 1\n", "2: log.access is true, false or \"stdout\""),
        (
            "[log]\naccess = 'stdot'\n",
            "2: log.access does not take \"stdot\"; did you mean \"stdout\"?"
        ),
        ("[log]\naccess = 'true'\n", "2: log.access does not take \"true\"; did you mean true?"),
        ("[log]\naccess = 'stderr'\n", "2: log.access does not take \"stderr\"; "),
        ("[log]\nerror = false\n", "2: log.error does not take false; write true or \"stderr\""),
        ("[log]\nfolder = ''\n", "2: log.folder does not take \"\"; write a path such as \"logs\""),
        ("[files]\nindex = ['a/b']\n", "2: files.index does not take \"a/b\""),
        ("[files.types]\nFOO = 'a/b'\n", "2: [files.types] does not take \"FOO\"; write it in small letters"),
        ("[files.types]\n'.foo' = 'a/b'\n", "2: [files.types] does not take \".foo\"; leave out the dot at its start"),
        ("[files.types]\n'foo.' = 'a/b'\n", "2: [files.types] does not take \"foo.\"; leave out the dot at its end"),
        (
            "[files.types]\n'*.foo' = 'a/b'\n",
            "2: [files.types] does not take \"*.foo\"; a pattern of paths begins with / or **"
        ),
        (
            "[files.types]\n'a/b' = 'a/b'\n",
            "2: [files.types] does not take \"a/b\"; a pattern of paths begins with / or **"
        ),
        // One star does not stand for the slash with which every path begins.
        (
            "[[fields]]\npath = '*.css'\nname = 'X-A'\nvalue = 'a'\n",
            "2: fields.path does not take \"*.css\"; begin with / or **, or it means no path"
        ),
        (
            "[[auth]]\npath = '*'\nrealm = 'a'\nfile = 'b'\n",
            "2: auth.path does not take \"*\"; begin with / or **, or it means no path"
        ),
        (
            "[[fields]]\nname = 'Content-Type'\nvalue = 'a/b'\n",
            "2: fields.name does not take \"Content-Type\"; say it by extension or path in [files.types]"
        ),
        ("[files.types]\nfoo = 'ab'\n", "2: files.types.foo does not take \"ab\""),
        ("[compression]\ncodings = ['gzip', 'gzip']\n", "2: compression.codings has \"gzip\" twice"),
        ("[compression]\nsize_min = 9\nsize_max = 8\n", "3: compression.size_max is below compression.size_min"),
        (
            "[[fields]]\nname = 'Content-Length'\nvalue = '1'\n",
            "2: fields.name does not take \"Content-Length\"; the server makes this field itself"
        ),
        ("[[fields]]\nname = 'vary'\nvalue = 'X-A'\n", "2: fields.name does not take \"vary\"; the server makes this"),
        (
            "[[fields]]\nname = 'X-A'\nvalue = \"a\\r\\nX-B: b\"\n",
            "3: fields.value does not take \"a\\r\\nX-B: b\"; it has a control character"
        ),
        ("[[fields]]\nname = 'X A'\nvalue = 'a'\n", "2: fields.name does not take \"X A\""),
        (
            "[[redirect]]\nfrom = '/a'\nto = '//b'\n",
            "3: redirect.to does not take \"//b\"; begin with /, http:// or https://"
        ),
        (
            "[[redirect]]\nfrom = '/a'\nto = '/b/*'\n",
            "3: redirect.to ends with a *, which takes a rest, and `from` has none"
        ),
        ("[[redirect]]\nfrom = '/a'\nto = '/a'\n", "3: redirect.to leads to where it begins"),
        (
            "[[redirect]]\nfrom = '/a'\nto = '/b'\nstatus = 200\n",
            "4: redirect.status is one of 301, 302, 303, 307, 308"
        ),
        (
            "[[cache]]\nvalue = 'a'\nstatus = [404, 401]\n",
            "3: cache.status does not take 401; files are meant without `status`, and no cache keeps a refusal that"
        ),
        (
            "[[cache]]\nvalue = 'a'\nstatus = 404\n",
            "3: cache.status is a list of some of 301, 302, 303, 307, 308, 404,"
        ),
        ("[[cache]]\nvalue = 'a'\nstatus = ['404']\n", "3: cache.status is a list of some of 301, 302, 303, 307, 308,"),
        ("[[cache]]\nvalue = 'a'\nstatus = [404, 404]\n", "3: cache.status has 404 twice; once is enough"),
        (
            "[[fields]]\nname = 'X-A'\nvalue = 'a'\nstatus = [404]\ntype = 'text/*'\n",
            "5: fields.type says nothing beside `status`"
        ),
        ("[[auth]]\npath = '/a'\nrealm = 'r'\nfile = 'f'\nshared_cache = 1\n", "5: auth.shared_cache is true or false"),
        ("[cors]\ncredentials = true\norigins = ['*']\n", "2: cors.credentials needs origins that are named"),
        ("[[host]]\nnames = ['A.example']\n", "2: host.names does not take \"A.example\"; write it in small letters"),
        (
            "[[host]]\nnames = ['a']\n[[host]]\nnames = ['b', 'a']\n",
            "3: [[host]] has the name \"a\", which another host has too"
        ),
        ("[handlers]\nenabled = ['../x']\n", "2: handlers.enabled does not take \"../x\""),
        (
            "[limits]\nhead_size_max = 1024\n[pool]\nthreads_max = 4\n",
            "2: limits.request_line_size_max is above limits.head_size_max"
        ),
        (
            "[limits]\nsubmissions_max = 4\npackets_max = 7\n",
            "3: limits.packets_max is below twice limits.submissions_max"
        ),
        ("[pool]\nqueue_max = 20\n\nthreads_max = 21\n", "4: pool.queue_max is below pool.threads_max"),
    ]

    /// A rule of an address may read past a guard, or lead to another's host.
    private static let addresses: [Case] = [
        (
            "[[rewrite]]\nfrom = '/docs*'\nto = '/manual/*'\n",
            "2: rewrite.from does not take \"/docs*\"; a * stands behind a slash only, as it would mean \"/docs-old\" and "
                + "\"/docs../x\" too; write \"/docs/*\""
        ),
        (
            "[[redirect]]\nfrom = '/shop*'\nto = '/*'\n",
            "2: redirect.from does not take \"/shop*\"; a * stands behind a slash only"
        ),
        (
            "[[redirect]]\nfrom = '/shop/*'\nto = 'https://shop.example.com*'\n",
            "3: redirect.to does not take \"https://shop.example.com*\"; a * in a host's name lets a visitor choose the host; "
                + "write \"https://shop.example.com/*\""
        ),
        (
            "[[redirect]]\nfrom = '/shop/*'\nto = 'https://*'\n",
            "3: redirect.to does not take \"https://*\"; a * in a host's name lets a visitor choose the host; write \"https:"
        ),
        (
            "[[redirect]]\nfrom = '/shop/*'\nto = 'https://*.example.com/x'\n",
            "3: redirect.to does not take \"https://*.example.com/x\"; a * in a host's name"
        ),
        (
            "[[redirect]]\nfrom = '/shop/*'\nto = 'http://shop.example.com:*'\n",
            "3: redirect.to does not take \"http://shop.example.com:*\"; a * in a host's name"
        ),
        (
            "[[redirect]]\nfrom = '/shop/*'\nto = 'https:///*'\n",
            "3: redirect.to does not take \"https:///*\"; name a host behind https://"
        ),
        (
            "[[redirect]]\nfrom = '/shop/*'\nto = 'https://user@shop.example.com/*'\n",
            "3: redirect.to does not take \"https://user@shop.example.com/*\"; name a host behind https://"
        ),
        (
            "[[redirect]]\nfrom = '/shop/*'\nto = 'https://shop.example.com/?p=*'\n",
            "3: redirect.to does not take \"https://shop.example.com/?p=*\"; a * stands behind a slash only, as what it takes "
                + "would go on with the name before it; write \"https://shop.example.com/*\""
        ),
        (
            "[[redirect]]\nfrom = '/a/*'\nto = '/b*'\n",
            "3: redirect.to does not take \"/b*\"; a * stands behind a slash only"
        ),
        (
            "[[redirect]]\nfrom = '/a/*/b'\nto = '/b'\n",
            "2: redirect.from does not take \"/a/*/b\"; a * stands at the end only"
        ),
        (
            "[[rewrite]]\nfrom = '/a/*'\nto = '/b*'\n",
            "3: rewrite.to does not take \"/b*\"; a * stands behind a slash only"
        ),
        (
            "[[rewrite]]\nfrom = '/a'\nto = '/b/../private/c'\n",
            "3: rewrite.to does not take \"/b/../private/c\"; it has a segment . or .., and no address has one"
        ),
        (
            "[[rewrite]]\nfrom = '/./a'\nto = '/b'\n",
            "2: rewrite.from does not take \"/./a\"; it has a segment . or .., and no address has one"
        ),
        (
            "[[host]]\nnames = ['a']\n[[host.rewrite]]\nfrom = '/docs*'\nto = '/b/*'\n",
            "4: host.rewrite.from does not take \"/docs*\"; a * stands behind a slash only"
        ),
        (
            "[[host]]\nnames = ['a']\nredirect_to = 'https://example.com*'\n",
            "3: host.redirect_to does not take \"https://example.com*\"; write an origin"
        ),
        (
            "[[auth]]\npath = '/a/../b/**'\nrealm = 'a'\nfile = 'b'\n",
            "2: auth.path does not take \"/a/../b/**\"; it has a segment . or .., and no address has one"
        ),
        (
            "[[cache]]\npath = '/./**'\nvalue = 'no-store'\n",
            "2: cache.path does not take \"/./**\"; it has a segment . or .., and no address has one"
        ),
        ("[files]\nfallback = '/../x.html'\n", "2: files.fallback does not take \"/../x.html\"; write a path"),
    ]

    /// Fields of which there would be two, or that would break the framing.
    private static let ownFields: [Case] = [
        "Server", "Date", "date", "Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "Content-Encoding",
        "Content-Range", "Accept-Ranges", "ETag", "Last-Modified", "Location", "Retry-After", "Allow",
        "WWW-Authenticate",
        "Trailer", "Upgrade", "TE", "SERVER",
    ].flatMap { (name: String) -> [Case] in
        ["x", ""].map { value in
            (
                "[[fields]]\nname = '\(name)'\nvalue = '\(value)'\n",
                "2: fields.name does not take \"\(name)\"; the server makes this field itself"
            )
        }
    }

    private static let shapes: [Case] = [
        ("limits = 5\n", "1: limits is a table; write [limits]"),
        ("[server]\n[[limits]]\nbody_size_max = 5\n", "2: limits is a table; write [limits]"),
        ("[redirect]\nfrom = '/a'\n", "1: redirect is a list of tables; write [[redirect]] above each"),
        ("redirect = ['/a']\n", "1: redirect is a list of tables"),
        ("[server]\nworkers = 1\n\nworkers = 2\n", "4: is no TOML: "),
        ("[server]\n[limits]\n[server]\n", "3: is no TOML: "),
        ("[server\n", "1: is no TOML: "), ("a = \n", "1: is no TOML: "), ("[a]\nb = \"c\n", "2: is no TOML: "),
        ("[#]\n", "1: is no TOML: a name has"), ("\n[[ = ]]\n", "2: is no TOML: a name has"),
        ("[ü]\n", "1: is no TOML: a name has"), ("[]\n", "1: is no TOML: "), ("[", "1: is no TOML: "),
        ("a = 1\nb = [ }\n", "2: is no TOML: here should be a value"), ("a = [\n\u{B}1]\n", "2: is no TOML: here"),
        ("\u{85}a = 1\n", "1: is no TOML: a name has"), ("[a]\nb = {\u{A0}}", "2: is no TOML: a name has"),
        ("[server]\n# \0\n", "2: holds a NUL"),
        ("[files]\nwww = \"\"\"\na\nb\\u0000c\"\"\"\n", "2: has a text with a NUL"),
    ]

    private static let all = [names, lines, values, addresses, ownFields, shapes].flatMap { $0 }

    @Test(arguments: all)
    func theComplaintNamesTheLineAndWhatToDo(_ example: Case) {
        let complaints = ConfigurationText.read(text: example.text, path: "ringport.toml", over: usual).errors
            .map(\.description)
        let isSaid = complaints.contains { $0.hasPrefix("ringport.toml:" + example.complaint) }
        #expect(isSaid, "\(example.text)\nsaid: \(complaints)")
    }

    /// TOMLKit alone would run out of stack.
    @Test(arguments: [17, 300, 100_000]) func whatIsTooDeepIsNotRead(depth: Int) {
        func repeated(_ text: String) -> String { String(repeating: text, count: depth) }
        for text in [
            "a = \(repeated("["))\(repeated("]"))", "a = \(repeated("{a="))1\(repeated("}"))", "\(repeated("a."))a = 1",
            "[\(repeated("a."))a]", "[[\(repeated("a . "))a]]", "a = [{\(repeated("'a'."))a=1}]",
        ] {
            #expect(complaint("\n\(text)\n") == "ringport.toml:2: is nested too deeply; no key has so many parts")
        }
    }

    /// Every beginning of a text is read to its end, whatever is cut through.
    @Test func aTextThatEndsAnywhereIsReadToItsEnd() {
        let text =
            ConfigurationGuide.examples.joined(separator: "\n") + "x = \"\"\"\\u0041\n\"\"\"\ny = [{a.'b' = 1}, 2]\n"
        let bytes = Array(text.utf8)
        for count in bytes.indices {
            let part = String(decoding: bytes[..<count], as: UTF8.self)
            _ = TOMLLines(part)
            _ = complaint(part)
        }
    }
}
