// swift-tools-version: 6.2
// Ringport: an HTTP server around an I/O completion port, on Linux's io_uring.
//
// Targets are listed lowest layer first; a target may name only what stands above it in this file and below it in
// the layers of ARCHITECTURE.md. Within a layer nobody names anybody.

import PackageDescription

let package = Package(
    name: "ringport",
    products: [
        .executable(name: "ringport", targets: ["ringport"]),
        .library(name: "HandlerKit", targets: ["HandlerKit"]),
        .library(name: "forms", type: .dynamic, targets: ["forms"]),
        .library(name: "hello", type: .dynamic, targets: ["hello"]),
        .library(name: "trial", type: .dynamic, targets: ["trial"]),
        .library(name: "allocations", type: .dynamic, targets: ["CAllocations"]),
        .library(name: "Fuzz", type: .static, targets: ["Fuzz"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
    ],
    targets: [
        // 0: what is written in C
        .systemLibrary(name: "CLiburing", pkgConfig: "liburing", providers: [.apt(["liburing-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CBrotli", pkgConfig: "libbrotlienc", providers: [.apt(["libbrotli-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CCrypt", pkgConfig: "libcrypt", providers: [.apt(["libcrypt-dev"])]),
        .target(name: "CPlatform"),
        .target(name: "CHandlerABI"),

        // 1: no policy
        .target(name: "Platform", dependencies: ["CPlatform"]),
        .target(name: "HTTP"),

        // 2: one job each
        .target(
            name: "CompletionPort",
            dependencies: ["CLiburing", "CPlatform", "Platform"],
            exclude: ["README.md"]
        ),
        .target(name: "HandlerPool", dependencies: ["Platform"]),
        .target(name: "FileLog", dependencies: ["CPlatform", "Platform", "HTTP"]),
        .target(name: "Store", dependencies: ["CPlatform", "CSQLite", "Platform"]),
        .target(name: "Compression", dependencies: ["CBrotli", "CZstd", "CZlib", "HTTP"]),
        .target(name: "Passwords", dependencies: ["CCrypt"]),
        .target(name: "HandlerHost", dependencies: ["CHandlerABI", "Platform"]),
        .target(
            name: "HandlerKit",
            dependencies: ["CHandlerABI", "HTTP", .product(name: "HTTPTypes", package: "swift-http-types")]
        ),

        // 3: the server
        .target(
            name: "Server",
            dependencies: [
                "CPlatform", "Platform", "HTTP", "CompletionPort", "HandlerPool", "FileLog", "Store", "HandlerHost",
                "Compression", "Passwords",
            ]
        ),

        // 4: handlers, each a dynamic library
        .target(name: "forms", dependencies: ["HandlerKit"], path: "handlers/forms", exclude: ["README.md"]),
        .target(name: "hello", dependencies: ["HandlerKit"], path: "handlers/hello", exclude: ["README.md"]),
        .target(name: "trial", dependencies: ["HandlerKit"], path: "Tests/Handlers/trial"),
        // 4, too: what the server is told
        .target(
            name: "Configuration",
            dependencies: [
                "Server", "CompletionPort", "HandlerPool", "Store", "Platform",
                .product(name: "TOMLKit", package: "TOMLKit"),
            ]
        ),

        // 5: the program
        .executableTarget(
            name: "ringport",
            dependencies: [
                "Configuration", "Server", "CompletionPort", "FileLog", "HandlerPool", "HTTP", "Store", "Platform",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]
        ),

        // The tests' own; nothing of the product reaches it.
        .target(name: "CAllocations", path: "Benchmarks/alloc-count", publicHeadersPath: "."),
        .systemLibrary(name: "CHTTPParser", path: "Tests/CHTTPParser", providers: [.apt(["libhttp-parser-dev"])]),

        .testTarget(name: "PlatformTests", dependencies: ["Platform", "CPlatform"]),
        .testTarget(name: "HTTPTests", dependencies: ["HTTP", "CHTTPParser", "CSQLite"]),
        .testTarget(name: "CompletionPortTests", dependencies: ["CompletionPort", "Platform"]),
        .testTarget(name: "HandlerPoolTests", dependencies: ["HandlerPool", "Platform"]),
        .testTarget(name: "FileLogTests", dependencies: ["FileLog", "Platform", "HTTP"]),
        .testTarget(name: "StoreTests", dependencies: ["Store", "Platform"]),
        .testTarget(name: "CompressionTests", dependencies: ["Compression", "CBrotli", "CZstd", "CZlib", "HTTP"]),
        .testTarget(name: "PasswordsTests", dependencies: ["Passwords", "CCrypt"]),
        .testTarget(name: "HandlerHostTests", dependencies: ["HandlerHost", "CHandlerABI", "Platform"]),
        .testTarget(
            name: "HandlerKitTests",
            dependencies: ["HandlerKit", "forms", "HTTP", "Harness", "CHandlerABI"]
        ),
        .testTarget(
            name: "ServerTests",
            dependencies: [
                "Server", "Compression", "CPlatform", "CompletionPort", "FileLog", "HandlerPool", "HTTP", "Passwords",
                "Platform", "Store",
            ]
        ),
        .testTarget(
            name: "ConfigurationTests",
            dependencies: [
                "Configuration", "Server", "CPlatform", "HandlerPool", "HTTP", "Passwords", "Platform", "Store",
            ]
        ),
        .testTarget(name: "ringportTests", dependencies: ["ringport"]),
        // What starts the program and speaks to it, byte by byte.
        .target(name: "Harness", dependencies: ["Platform", "CPlatform"], path: "Tests/Harness"),
        .testTarget(name: "EndToEndTests", dependencies: ["ringport", "Harness", "Platform"]),
        .testTarget(name: "ConformanceTests", dependencies: ["ringport", "Harness", "Platform"], exclude: ["Peers"]),
        // What is fuzzed, and the inputs that were kept.
        .target(
            name: "Fuzz",
            dependencies: ["HTTP", "HandlerKit", "Server", "Configuration"],
            path: "Tests/Fuzz/Targets"
        ),
        .testTarget(name: "FuzzTests", dependencies: ["Fuzz"]),
        // The product's parsers once more, by links, with every read of a byte counted.
        .target(name: "Counted", path: "Tests/Counted"),
        .target(name: "CountedForms", dependencies: ["HandlerKit"], path: "Tests/CountedForms"),
        .testTarget(name: "LinearTests", dependencies: ["Counted", "CountedForms", "HandlerKit"]),
        .testTarget(name: "TidyTests"),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets where ![.system, .plugin].contains(target.type) {
    target.swiftSettings =
        (target.swiftSettings ?? []) + [
            .enableUpcomingFeature("ExistentialAny"),
            .enableUpcomingFeature("InternalImportsByDefault"),
            .enableUpcomingFeature("MemberImportVisibility"),
            .strictMemorySafety(),
            .treatAllWarnings(as: .error),
        ]
}

// Exclusivity is checked by the compiler where it can be, and at run time in debug builds. In release the engine's
// classes are each used by one thread, and the checks were its largest avoidable cost. Only targets that no library
// product reaches may say so.
for target in package.targets where ["CompletionPort", "Server"].contains(target.name) {
    target.swiftSettings?.append(
        .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))
    )
}
