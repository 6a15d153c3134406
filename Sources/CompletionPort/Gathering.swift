/// For how many packets a worker waits. A value; the worker that owns the port.

/// How many packets end a wait, and after which time a single one does.
///
/// An entry into the kernel, a sleep and a wake cost as much as half a request, so where there is much to do a turn should
/// perform many packets: whoever performed many in the last turn waits a moment for as many again. A port with little to do
/// gathers nothing. It costs a timer for each wait, and adds its duration at most to the time of an answer.
package struct Gathering: Sendable {
    let packets: Int
    let microseconds: UInt32

    /// The first packet ends the wait.
    package static let none = Gathering(packets: 1, microseconds: 0)

    /// With fewer requests in a turn there is no load to speak of.
    private static let requestsMin = 8
    /// With so many the entry costs nothing to speak of.
    private static let requestsMax = 32
    private static let duration: UInt32 = 50

    private init(packets: Int, microseconds: UInt32) {
        self.packets = packets
        self.microseconds = microseconds
    }

    /// How to wait after a turn that brought so many requests.
    package init(after requests: Int) {
        if requests < Self.requestsMin {
            self = .none
        } else {
            self.init(packets: min(requests, Self.requestsMax), microseconds: Self.duration)
        }
    }
}
