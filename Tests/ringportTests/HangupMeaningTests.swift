/// The meaning of SIGHUP by how the program was started. Test threads.

import Testing

@testable import ringport

@Suite struct HangupMeaningTests {
    @Test func aProgramOfATerminalEndsWithIt() {
        #expect(HangupMeaning(hasTerminal: true, ignoresHangup: false) == .stop)
    }

    /// `trap '' HUP` and nohup(1): to outlive the terminal is what was asked for.
    @Test func oneThatWasToldToIgnoreTheHangupOutlivesIt() {
        #expect(HangupMeaning(hasTerminal: true, ignoresHangup: true) == .reload)
    }

    @Test(arguments: [true, false])
    func aDaemonReloads(ignoresHangup: Bool) {
        #expect(HangupMeaning(hasTerminal: false, ignoresHangup: ignoresHangup) == .reload)
    }
}
