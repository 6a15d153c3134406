/// A client that attacks, and one at another address that notices nothing of it. Test threads.
///
/// The attacks, the victim and the claims are in `Tests/Hostile`; this is its short form. `make test-hostile` runs all.

import Harness
import Testing

@Suite struct HostileClientsTests {
    /// Every answer that the victim gets is right, and afterwards the server is as before.
    @Test func aVictimAtAnotherAddressIsServedRightly() throws {
        let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
            .joined(separator: "/")
        let outcome = try Program.run(
            program: "env",
            // The machine is busy with other tests.
            ["HOSTILE_TIMEOUT=30", "python3", "-B", folder + "/Hostile/run", "--short", "--program", Program.ringport],
            within: .seconds(240)
        )
        #expect(outcome.succeeded, "\(outcome)")
        // Each attack has a line, and one that was not tried would be missing.
        #expect(outcome.output.contains(/[1-9][0-9]* attacks, 0 of which succeeded/), "\(outcome)")
    }
}
