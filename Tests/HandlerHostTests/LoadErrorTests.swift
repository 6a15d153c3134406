/// Every way in which a library can fail to be a handler, with libraries built by the C compiler.

import Glibc
import Testing

@testable import HandlerHost

@Suite final class LoadErrorTests {
    private let host = HandlerHost(services: FakeServices(), callsMax: 4)
    private let folder: String

    init() throws {
        var template = Array("/tmp/ringport-load.XXXXXX".utf8CString)
        try #require(unsafe mkdtemp(&template) != nil)
        folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit {
        // A library that is loaded stays so without its name.
        for name in ["tiny.c", "libtiny.so"] { unsafe _ = unlink("\(folder)/\(name)") }
        unsafe _ = rmdir(folder)
    }

    /// A handler in C, in which `changes` are made with the preprocessor.
    private static let source = """
        #include "ringport_handler.h"
        #ifndef ENTRY
        #define ENTRY ringport_handler_v1
        #endif
        #ifndef NAME
        #define NAME "tiny"
        #endif
        #ifndef VERSION
        #define VERSION "1"
        #endif
        #ifndef METHODS
        #define METHODS "GET"
        #endif
        #ifndef PATTERN
        #define PATTERN "/tiny"
        #endif
        #ifndef SIZE
        #define SIZE sizeof(ringport_handler)
        #endif
        #ifndef MANIFEST_SIZE
        #define MANIFEST_SIZE sizeof(ringport_manifest)
        #endif
        #ifndef ROUTES
        #define ROUTES 1
        #endif
        #ifndef HANDLE
        #define HANDLE handle
        #endif
        #define TEXT(s) {(const uint8_t *)s, sizeof s - 1}
        static int32_t start(void *c, const ringport_host *h, void **i) { (void)c; (void)h; (void)i; return STARTED; }
        static int32_t handle(void *i, const ringport_request *r, ringport_token t) { (void)i; (void)r; (void)t; return RINGPORT_DONE; }
        static const ringport_route routes[] = {{TEXT(METHODS), TEXT(PATTERN)}};
        static const ringport_manifest manifest = {
            .size = MANIFEST_SIZE, .routes_count = ROUTES, .name = TEXT(NAME), .version = TEXT(VERSION), .routes = routes};
        static const ringport_handler handler = {
            .size = SIZE, .manifest = &manifest, .start = start, .handle = HANDLE};
        __attribute__((visibility("default"))) const ringport_handler *ENTRY(void) { return RESULT; }
        """

    /// Builds the handler as `libtiny.so`.
    ///
    /// - Returns: its path; `nil` where there is no C compiler.
    private func build(_ changes: [String]) throws -> String? {
        let root = #filePath.split(separator: "/").dropLast(3).reduce(into: "") { $0 += "/\($1)" }
        let header = "\(root)/Sources/CHandlerABI/include"
        let source = "\(folder)/tiny.c"
        let library = "\(folder)/libtiny.so"
        let file = unsafe try #require(unsafe fopen(source, "w"))
        unsafe fputs(Self.source, file)
        unsafe fclose(file)
        let defines = (["RESULT=&handler", "STARTED=0"] + changes).map { "'-D\($0)'" }.joined(separator: " ")
        let command = "cc -shared -fPIC -I'\(header)' \(defines) -o \(library) \(source) 2>/dev/null"
        return unsafe system(command) == 0 ? library : nil
    }

    private func loadError(_ changes: [String]) throws -> String? {
        guard let path = try build(changes) else { return nil }
        do throws(HandlerLoadError) {
            try host.load(name: "tiny", path: path)
            return "loaded"
        } catch {
            return error.description.replacing("\(path): ", with: "")
        }
    }

    @Test func aSoundHandlerInCIsLoaded() throws {
        let result = try loadError([])
        #expect(result == "loaded")
    }

    @Test(arguments: [
        (["ENTRY=something_else"], "exports no ringport_handler_v1"),
        (["ENTRY=ringport_handler_v2"], "made for handler interface 2, this server has 1"),
        (["RESULT=0"], "what ringport_handler_v1 returned is NULL"),
        (["SIZE=8"], "ringport_handler says that it has 8 bytes"),
        (["MANIFEST_SIZE=8"], "ringport_manifest says that it has 8 bytes"),
        (["HANDLE=0"], "handle is NULL"),
        (["NAME=\"Tiny\""], "its manifest: the name \"Tiny\" is not"),
        (["NAME=\"other\""], "its manifest: its name is \"other\", but its file is that of \"tiny\""),
        (["VERSION=\"\""], "its manifest: the version"),
        (["ROUTES=0"], "its manifest: it has 0 routes"),
        (["METHODS=\"get\""], "its manifest: the route \"get /tiny\""),
        (["METHODS=\"GET  POST\""], "its manifest: the route"),
        (["PATTERN=\"tiny\""], "its manifest: the route"),
        (["PATTERN=\"/a/*/b\""], "its manifest: the route"),
        (["PATTERN=\"/a/../b\""], "its manifest: the route"),
    ])
    func aLibraryIsRefusedWithTheReason(changes: [String], reason: String) throws {
        let result = try #require(try loadError(changes))
        #expect(result.hasPrefix(reason))
    }

    @Test func aMissingFileIsRefused() {
        #expect(throws: HandlerLoadError.self) { try host.load(name: "tiny", path: "\(folder)/none.so") }
    }

    @Test func aFileThatIsNoLibraryIsRefused() throws {
        guard try build([]) != nil else { return }
        #expect {
            try host.load(name: "tiny", path: "\(folder)/tiny.c")
        } throws: { error in
            "\(error)".contains("can't be loaded")
        }
    }

    @Test func aNameIsTakenOnce() throws {
        guard let path = try build([]) else { return }
        try host.load(name: "tiny", path: path)
        #expect(throws: HandlerLoadError.nameTaken(path: path, name: "tiny")) {
            try host.load(name: "tiny", path: path)
        }
    }

    @Test func aHandlerThatDoesNotStartIsNamed() throws {
        guard let path = try build(["STARTED=-5"]) else { return }
        try host.load(name: "tiny", path: path)
        #expect(throws: HandlerLoadError.notStarted(name: "tiny")) { try host.start() }
    }

    @Test func doneWithoutAResponseIsAFailure() throws {
        guard let path = try build([]) else { return }
        let services = FakeServices()
        let client = FakeClient()
        let host = HandlerHost(services: services, callsMax: 1)
        let tiny = try host.load(name: "tiny", path: path)
        try host.start()
        HandlerCall.make(tiny, client: client, path: "/tiny").run()
        #expect(client.results(1).map(\.text) == ["noResponse"])
        #expect(services.lines.count == 1)
    }
}
