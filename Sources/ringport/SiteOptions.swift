/// The options that say which site is meant, and what they and its `ringport.toml` come to. The main thread.

internal import ArgumentParser
internal import CompletionPort
internal import Configuration
internal import Glibc
internal import Platform
internal import Server

struct SiteOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("The site: the folder that holds www/.", valueName: "dir"))
    var root = "."

    @Option(
        name: .long,
        help: ArgumentHelp("The configuration; ringport.toml in the site when not given.", valueName: "file")
    )
    var config: String?

    /// The configuration's file, which may be missing unless it was named.
    var configurationPath: String { config ?? root + "/ringport.toml" }

    /// The configuration of a site without a file.
    var defaults: ServerConfiguration {
        .usual(root: root, workers: min(256, processorCount()), handlerFolders: Self.handlerFolders())
    }

    /// Defaults, then the configuration file, then the command line.
    ///
    /// - Throws: `ExitCode` 78 after saying all that is wrong in the file, 64 for a wrong option.
    func serverReading(
        listen: [String],
        workers: Int?,
        engine: EngineWish? = nil,
        traces: Bool
    ) throws -> ConfigurationReading {
        let reading = try reading(listen: listen, workers: workers, engine: engine, traces: traces)
        for error in reading.errors { Console.error("ringport: \(error)") }
        guard reading.errors.isEmpty else { throw ExitCode(78) }
        return reading
    }

    /// The same for commands that do not serve.
    func serverConfiguration() throws -> ServerConfiguration {
        try serverReading(listen: [], workers: nil, traces: false).configuration
    }

    /// Defaults, then the configuration file as far as it is right, then the command line.
    ///
    /// - Throws: 64 for a wrong option.
    func reading(
        listen: [String],
        workers: Int?,
        engine: EngineWish? = nil,
        traces: Bool,
        isReload: Bool = false,
        hadText: Bool = false
    ) throws -> ConfigurationReading {
        var reading = ConfigurationFile.read(
            configurationPath,
            isRequired: config != nil,
            isReload: isReload,
            hadText: hadText,
            over: defaults
        )
        try apply(listen: listen, workers: workers, to: &reading.configuration)
        if let engine { reading.configuration.engine = engine }
        reading.configuration.traces = traces
        return reading
    }

    /// Sets what the command line says, which counts more than the file.
    private func apply(listen: [String], workers: Int?, to configuration: inout ServerConfiguration) throws {
        if !listen.isEmpty {
            configuration.listen = try listen.map { text in
                do throws(ListenAddressProblem) {
                    return try ListenAddress(reading: text)
                } catch {
                    throw ValidationError("'\(text)' is no address to listen on; \(error).")
                }
            }
            if let clash = ListenAddress.clash(among: configuration.listen) {
                throw ValidationError("--listen \(clash).")
            }
        }
        if let workers { configuration.workers = workers }
        guard (1...256).contains(configuration.workers) else {
            throw ValidationError("The number of workers is from 1 to 256, not \(configuration.workers).")
        }
    }

    /// The site's database file.
    ///
    /// - Throws: `ExitCode` 78 after saying what is wrong with the configuration.
    func databasePath() throws -> String {
        try serverConfiguration().databasePath
    }

    /// The folders of handler libraries after the site's own folder: beside the program, and where it was installed.
    private static func handlerFolders() -> [String] {
        var buffer = [CChar](repeating: 0, count: 4096)
        let length = unsafe readlink("/proc/self/exe", &buffer, buffer.count - 1)
        guard length > 0 else { return [] }
        let program = String(decoding: buffer[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard let slash = program.lastIndex(of: "/") else { return [] }
        let folder = String(program[..<slash])
        return [folder, folder + "/../lib/ringport"]
    }
}

extension EngineWish: ExpressibleByArgument {}
