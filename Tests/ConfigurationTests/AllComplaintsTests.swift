/// Everything that is wrong with a text is said in one run. Test threads.

import Server
import Testing

@testable import Configuration

@Suite struct AllComplaintsTests {
    private func reading(_ text: String) -> ConfigurationReading {
        ConfigurationText.read(text: text, path: "ringport.toml", over: usual)
    }

    private func complaints(_ text: String) -> [String] {
        reading(text).errors.map { error in
            let place = "ringport.toml:"
            return error.description.hasPrefix(place) ? String(error.description.dropFirst(place.count)) : "\(error)"
        }
    }

    @Test func eachHasItsLineInTheirOrder() throws {
        let found = complaints(
            """
            [deadlines]
            idle = "long"
            body = 0
            [limits]
            body = 3
            head_size_max = 1
            [[redirect]]
            from = "old"
            [[host]]
            names = ["a"]
            www = 5
            [host.cors]
            credentials = 1
            [[host]]
            names = ["a"]
            [files.types]
            ".x" = "text/plain"
            y = "nothing"
            [server]
            listen = []
            """
        )
        let expected = [
            "2: deadlines.idle", "3: deadlines.body", "5: limits.body is not known", "6: limits.head_size_max",
            "7: [[redirect]] lacks to", "8: redirect.from", "11: host.www", "13: host.cors.credentials",
            "14: [[host]] has the name", "17: [files.types]", "18: files.types.y", "20: server.listen",
        ]
        try #require(found.count == expected.count, "\(found)")
        for (complaint, beginning) in zip(found, expected) { #expect(complaint.hasPrefix(beginning), "\(complaint)") }
    }

    @Test func contradictionsAreSaidBesideOtherMistakes() {
        let found = complaints(
            "[pool]\nthreads_min = 9\nthreads_max = 8\nqueue_max = 7\n[limits]\nreceive_buffer_count = 3\nfield_count_max = 0\n"
        )
        #expect(found.count == 4, "\(found)")
        #expect(found.contains { $0.hasPrefix("3: pool.threads_max is below pool.threads_min") })
        #expect(found.contains { $0.hasPrefix("4: pool.queue_max is below pool.threads_max") })
        #expect(found.contains { $0.hasPrefix("6: limits.receive_buffer_count is no power of two") })
        #expect(found.contains { $0.hasPrefix("7: limits.field_count_max") })
    }

    @Test(arguments: [
        (
            "[server]\nlisten = ['127.0.0.1:1',\n'nowhere', 'localhost:70000',\n'127.0.0.1:1']\n",
            [
                "3: server.listen does not take \"nowhere\"", "3: server.listen does not take \"localhost:70000\"",
                "4: server.listen has \"127.0.0.1:1\" twice",
            ]
        ),
        (
            "[[host]]\nnames = [\n'A',\n'a',\n'b:1'\n]\n",
            ["3: host.names does not take \"A\"; write it in small letters", "5: host.names does not take \"b:1\""]
        ),
        (
            "[files]\nindex = ['a/b', '..', 'c', 5, 6]\n",
            [
                "2: files.index does not take \"a/b\"", "2: files.index does not take \"..\"",
                "2: files.index is a list of files' names",
            ]
        ),
        (
            "[cors]\norigins = ['x', 'https://a', 'y']\ncredentials = 5\n",
            ["2: cors.origins does not take \"x\"", "2: cors.origins does not take \"y\"", "3: cors.credentials"]
        ),
    ])
    func everyWrongElementOfAListIsSaid(text: String, expected: [String]) throws {
        let found = complaints(text)
        try #require(found.count == expected.count, "\(found)")
        for (complaint, beginning) in zip(found, expected) { #expect(complaint.hasPrefix(beginning), "\(complaint)") }
    }

    /// A wrong value's meaning is not known: nothing is said of what it seems to contradict.
    @Test(arguments: [
        "[limits]\nhead_size_max = 'many'\nrequest_line_size_max = 12288\nbody_size_max = 1\n",
        "[pool]\nthreads_min = 40\nthreads_mx = 50\nqueue_max = 99\n",
        "[[host]]\nnames = ['a']\n[host.cors]\norigins = ['*']\ncredentials = true\n",
        "[[rewrite]]\nform = '/a'\nto = '/b'\n",
    ])
    func aMistakeIsSaidOnce(text: String) {
        let found = complaints(text)
        #expect(found.count == 1, "\(found)")
    }

    @Test func whatIsRightIsTakenAllTheSame() {
        let found = reading(
            "[files]\nwww = 'public'\nindex = 5\n[[auth]]\npath = '/a'\nrealm = 'A'\n[[auth]]\npath = '/b'\nrealm = 'B'\nfile = 'f'\n"
        )
        #expect(found.configuration.rules.files.www == "public")
        #expect(found.configuration.rules.protections.map(\.path) == ["/b"], "one without its file is of no use")
        #expect(found.wrongKeys == ["files.index", "auth.file"])
        #expect(found.isReadable)
    }

    @Test func aTextThatIsNoTOMLSaysNothing() {
        let found = reading("[files]\nwww = 'public'\nx\n")
        #expect(found.errors.count == 1 && !found.isReadable)
        #expect(found.configuration.rules.files.www == usual.rules.files.www)
    }
}
