/// Files that a handler in C gives to `store`: which are taken, and which writes are too old to have any. Test threads.

import Glibc
import Platform
import Testing

@testable import HandlerHost

@Suite final class WrittenFilesTests {
    private let folder: String
    private let services = FakeServices()
    private let client = FakeClient()

    init() throws {
        var template = Array("/tmp/ringport-files-XXXXXX".utf8CString)
        let made = unsafe try #require(unsafe mkdtemp(&template))
        folder = unsafe String(cString: made)
    }

    deinit {
        unsafe _ = system("rm -rf '\(folder)'")
    }

    /// A handler that stores one row with the files in FILES, and answers 200 and the code when that is refused.
    private static let source = """
        #include "ringport_handler.h"
        #define TEXT(literal) {(const uint8_t *)(literal), sizeof(literal) - 1}
        #define FILE(name, bytes) {TEXT(name), TEXT(bytes)}
        static const ringport_host *host;
        static int32_t start(void *context, const ringport_host *given, void **instance) {
            host = given;
            return RINGPORT_OK;
        }
        static int32_t handle(void *instance, const ringport_request *request, ringport_token token) {
            static const ringport_file files[] = {FILES};
            ringport_statement statement = {.sql = TEXT("INSERT INTO t VALUES (1)")};
            ringport_response response = {.size = sizeof response, .status = 201, .rowid_position = RINGPORT_NOWHERE};
            ringport_write write = {.size = SIZE, .statements_count = 1, .statements = &statement,
                .response_when_committed = &response, .files = FIRST, .files_count = sizeof files / sizeof *files};
            int32_t code = host->store(host, token, &write);
            if (code == RINGPORT_OK) return RINGPORT_PENDING;
            response.status = 200 - code;
            host->respond(host, token, &response);
            return RINGPORT_DONE;
        }
        static const ringport_route routes[] = {{TEXT("GET"), TEXT("/tiny")}};
        static const ringport_manifest manifest = {.size = sizeof manifest, .name = TEXT("tiny"), .version = TEXT("1"),
            .routes = routes, .routes_count = 1};
        static const ringport_handler handler = {
            .size = sizeof handler, .manifest = &manifest, .start = start, .handle = handle};
        __attribute__((visibility("default"))) const ringport_handler *ringport_handler_v1(void) { return &handler; }
        """

    /// Builds the handler and asks it once.
    ///
    /// - Returns: false where there is no C compiler.
    private func run(_ files: String, size: String, first: String = "files") throws -> Bool {
        let root = #filePath.split(separator: "/").dropLast(3).reduce(into: "") { $0 += "/\($1)" }
        let path = "\(folder)/libtiny.so"
        let file = unsafe try #require(unsafe fopen("\(folder)/tiny.c", "w"))
        unsafe fputs("#define FILES \(files)\n#define SIZE \(size)\n#define FIRST \(first)\n\(Self.source)", file)
        unsafe fclose(file)
        let command = "cc -shared -fPIC -I'\(root)/Sources/CHandlerABI/include' -o \(path) \(folder)/tiny.c 2>/dev/null"
        guard unsafe system(command) == 0 else { return false }
        let host = HandlerHost(services: services, callsMax: 1)
        let tiny = try host.load(name: "tiny", path: path)
        try host.start()
        HandlerCall.make(tiny, client: client, path: "/tiny").run()
        return true
    }

    private var uploads: [String: String] {
        services.state.withLock { $0.uploads.mapValues { String(decoding: $0, as: UTF8.self) } }
    }

    @Test func filesComeWithTheirRows() throws {
        guard try run("FILE(\"a.b_c-D\", \"one\"), FILE(\"2\", \"\")", size: "sizeof write") else { return }
        #expect(uploads == ["a.b_c-D": "one", "2": ""])
        #expect(services.takeWrite() != nil)
        #expect(client.results(1).isEmpty, "its answer comes after the commit")
    }

    /// A handler that was built before a write had files says so by its size, whatever lies behind.
    @Test func anOlderWriteHasNoFiles() throws {
        guard try run("FILE(\"a\", \"one\")", size: "offsetof(ringport_write, files)") else { return }
        #expect(uploads == [:])
        #expect(services.takeWrite() != nil)
    }

    @Test(arguments: [
        ("FILE(\"\", \"x\")", "sizeof write", "files"), ("FILE(\".a\", \"x\")", "sizeof write", "files"),
        ("FILE(\"a/b\", \"x\")", "sizeof write", "files"), ("FILE(\"a+b\", \"x\")", "sizeof write", "files"),
        ("FILE(\"a\", \"x\"), FILE(\"a\", \"y\")", "sizeof write", "files"),
        ("FILE(\"a\", \"x\")", "sizeof write", "0"),
        ("FILE(\"a\", \"x\")", "offsetof(ringport_write, files) - 1", "files"),
        ("{TEXT(\"a\"), {0, 7}}", "sizeof write", "files"),
    ])
    func whatCantBeUsedIsRefused(files: String, size: String, first: String) throws {
        guard try run(files, size: size, first: first) else { return }
        #expect(client.results(1).map(\.text).first?.hasPrefix("203\n") == true)
        #expect(services.takeWrite() == nil && uploads == [:])
    }
}
