/// The meaning of SIGHUP, decided once. The main thread at start.

internal import Glibc

/// The answer of a server to a hangup.
///
/// The kernel sends SIGHUP to the programs of a terminal that is gone, and administrators send it to daemons, which have none.
enum HangupMeaning: Equatable {
    case stop
    case reload

    /// - Parameters:
    ///   - hasTerminal: standard input is a terminal.
    ///   - ignoresHangup: whoever started the program had it ignore SIGHUP, as nohup(1) does to have it outlive the terminal.
    init(hasTerminal: Bool, ignoresHangup: Bool) {
        self = hasTerminal && !ignoresHangup ? .stop : .reload
    }

    /// The meaning for this process.
    static var atStart: HangupMeaning {
        var action = sigaction()
        // A question about a signal that exists: it can't fail.
        unsafe _ = sigaction(SIGHUP, nil, &action)
        // SIG_IGN is the address 1, and SIG_DFL 0.
        let handler = unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
        return HangupMeaning(hasTerminal: isatty(STDIN_FILENO) == 1, ignoresHangup: handler == 1)
    }
}
