/// Who may name whom. The table is the one of ARCHITECTURE.md; the imports are the truth. Test threads.

import Testing

@Suite struct LayerTests {
    /// What each module may import of ours; a module without a row is an error.
    private static let allowed: [String: Set<String>] = [
        // 1: no policy
        "Platform": ["CPlatform"],
        "HTTP": [],
        // 2: one job each; nobody names a neighbour
        "CompletionPort": ["CLiburing", "CPlatform", "Platform"],
        "HandlerPool": ["Platform"],
        "FileLog": ["CPlatform", "Platform", "HTTP"],
        "Store": ["CPlatform", "CSQLite", "Platform"],
        "HandlerHost": ["CHandlerABI", "Platform"],
        "Compression": ["CBrotli", "CZlib", "CZstd", "HTTP"],
        "Passwords": ["CCrypt"],
        "HandlerKit": ["CHandlerABI", "HTTP", "HTTPTypes"],
        // 3: the server joins them, and can't name SQLite
        "Server": [
            "CPlatform", "Platform", "HTTP", "CompletionPort", "HandlerPool", "FileLog", "Store", "HandlerHost",
            "Compression", "Passwords",
        ],
        // 4: handlers know the kit, and no part of the server
        "forms": ["HandlerKit"],
        "hello": ["HandlerKit"],
        "trial": ["HandlerKit"],
        // 4, too: what the server is told
        "Configuration": ["Server", "CompletionPort", "HandlerPool", "Store", "Platform", "TOMLKit"],
        // 5: the program
        "ringport": [
            "Configuration", "Server", "CompletionPort", "FileLog", "HandlerPool", "HTTP", "Store", "Platform",
            "ArgumentParser",
        ],
    ]

    /// The C library, for those that call the system; what parses hostile bytes does not.
    private static let systemModules: Set<String> = ["Glibc", "Synchronization"]
    private static let mayNotCallTheSystem: Set<String> = ["HTTP"]

    @Test func aModuleImportsOnlyWhatIsBelowIt() {
        let trials = SourceTree.shared.files.filter { $0.path.hasPrefix("Tests/Handlers/") }
        for file in SourceTree.shared.product + trials {
            guard let allowed = Self.allowed[file.module] else {
                Issue.record("\(file.path): give \(file.module) its row in LayerTests and in ARCHITECTURE.md")
                continue
            }
            let system = Self.mayNotCallTheSystem.contains(file.module) ? [] : Self.systemModules
            for name in file.imports where !allowed.contains(name) && !system.contains(name) {
                Issue.record("\(file.path): \(file.module) may not import \(name): declare a protocol instead")
            }
        }
    }

    @Test func onlyTheKitForHandlerAuthorsIsPublic() {
        // Handlers are libraries of their own and export one C function each, by its C name.
        for file in SourceTree.shared.product where file.module != "HandlerKit" && !file.path.hasPrefix("handlers/") {
            for place in file.places({ SourceFile.line($0, has: "public") || SourceFile.line($0, has: "open class") }) {
                Issue.record("\(place): `public` outside HandlerKit: say `package`, or less")
            }
        }
    }

    /// A library product whose targets use unsafeFlags can't be a dependency of another package (SwiftPM refuses it).
    @Test func noLibraryReachesATargetWithUnsafeFlags() throws {
        let manifest = SourceTree.read("Package.swift")
        let flagged = try #require(
            manifest.firstMatch(
                of: /for target in package\.targets where \[([^\]]*)\]\.contains\(target\.name\) \{[^}]*unsafeFlags/
            )
        )
        let names = Set(flagged.1.split(separator: ",").map { $0.filter { !"\" \n".contains($0) } })
        #expect(manifest.matches(of: /unsafeFlags/).count == 1, "keep unsafeFlags in the one loop that this test reads")
        for library in manifest.matches(of: /\.library\(\s*name: "([^"]+)"[^)]*targets: \["([^"]+)"\]/) {
            var reached: Set<String> = []
            var waiting = [String(library.2)]
            while let module = waiting.popLast() {
                if reached.insert(module).inserted { waiting += Self.allowed[module] ?? [] }
            }
            #expect(
                reached.isDisjoint(with: names),
                "\(library.1) reaches \(reached.intersection(names)): it can't be used by others"
            )
        }
    }
}
