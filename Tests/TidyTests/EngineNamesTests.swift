/// The completion port's engines are its own business: nobody else names one. Test threads.

import Testing

@Suite struct EngineNamesTests {
    /// The module itself, and what tells people of the choice: the setting, and two options.
    private static let mayName = [
        "Sources/CompletionPort/", "Sources/Configuration/ConfigurationSchema+Engine.swift",
        "Sources/ringport/ServeCommand.swift", "Sources/ringport/CheckCommand.swift",
    ]

    @Test func onlyThePortNamesItsEngines() {
        for file in SourceTree.shared.product
        where !Self.mayName.contains(where: { file.path.hasPrefix($0) }) {
            for (index, line) in file.lines.enumerated() where line.contains(/io_uring|liburing|epoll/) {
                Issue.record("\(file.path):\(index + 1): say what the port does, and not how its engine does it")
            }
        }
    }

    /// They would name one if they could.
    @Test func theirNamesAreFoundWhereTheyMayBe() {
        let files = SourceTree.shared.product.filter { $0.lines.contains { $0.contains(/io_uring|epoll/) } }
        let names = files.map(\.path)
        for path in Self.mayName {
            #expect(names.contains { $0.hasPrefix(path) }, "\(path) names none: it needs no row")
        }
    }
}
