/// For how many packets a worker waits. A value; the worker that owns the port.
///
/// DESIGN. An entry into the kernel, a sleep and a wake cost as much as half a request, so where there is much to do a turn
/// should perform many packets: whoever performed many in the last turn waits a moment for as many. That pays where one
/// worker is nearly busy: its turns would get shorter and shorter, until each performs what came during the one before, a
/// packet or two. It does not pay where requests come more slowly, since then the moment passes in vain and its timer is
/// all that is won: so a moment that was in vain is followed by a pause, each time twice as long.

/// Decides after each turn how the next wait ends.
package struct Gathering: Sendable {
    /// What ends a wait.
    package struct Wait: Sendable, Equatable {
        /// So many packets.
        package let packets: Int
        /// Or a single one after this time.
        package let microseconds: UInt32

        /// The first packet.
        package static let one = Wait(packets: 1, microseconds: 0)
        /// Enough that entering the kernel costs little, and no more: an answer waits for them.
        package static let many = Wait(packets: 16, microseconds: 50)
    }

    /// With fewer requests in a turn there is no load to speak of.
    private static let requestsMin = 8
    /// The longest pause is two to the power of this.
    private static let failuresMax = 8

    /// Waits in vain, less those that were not.
    private var failures = 0
    /// Busy turns that are still let pass.
    private var pause = 0
    private var hasGathered = false

    package init() {}

    /// How to wait after a turn that brought so many requests.
    package mutating func wait(after requests: Int) -> Wait {
        let isBusy = requests >= Self.requestsMin
        if hasGathered {
            failures = isBusy ? max(failures - 1, 0) : min(failures + 1, Self.failuresMax)
            pause = isBusy ? 0 : 1 << failures
        }
        hasGathered = isBusy && pause == 0
        if isBusy, pause > 0 { pause -= 1 }
        return hasGathered ? .many : .one
    }
}
