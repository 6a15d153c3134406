/// The events of epoll(7), whose numbers are the same on every machine; those up to `finish` are poll(2)'s as well. A value; any
/// thread.

struct ReadyEvents: OptionSet {
    let rawValue: UInt32

    /// Something to receive: EPOLLIN.
    static let input = ReadyEvents(rawValue: 0x1)
    /// Something urgent: EPOLLPRI.
    static let urgent = ReadyEvents(rawValue: 0x2)
    /// Room for what is sent: EPOLLOUT.
    static let room = ReadyEvents(rawValue: 0x4)
    /// A broken connection, told whether asked for or not: EPOLLERR.
    static let error = ReadyEvents(rawValue: 0x8)
    /// A connection that is ended both ways, likewise: EPOLLHUP.
    static let hangUp = ReadyEvents(rawValue: 0x10)
    /// A peer that sends nothing more: EPOLLRDHUP.
    static let finish = ReadyEvents(rawValue: 0x2000)
    /// One watcher of several is woken: EPOLLEXCLUSIVE.
    static let exclusive = ReadyEvents(rawValue: 1 << 28)
    /// Changes are told, and not that nothing has changed: EPOLLET.
    static let edges = ReadyEvents(rawValue: 1 << 31)

    // Sets of them, as numbers: a list of members is allocated in debug builds, which are held to no allocation a request.

    /// A connection that is over: `error`, `hangUp`.
    static let ends = ReadyEvents(rawValue: 0x18)
    /// The peer's end, of whichever kind: `ends`, `finish`.
    static let peerEnds = ReadyEvents(rawValue: 0x2018)
    /// Something that a receive may find: `input`, `urgent`, `peerEnds`.
    static let arrivals = ReadyEvents(rawValue: 0x201b)
    /// An end behind bytes, or an urgent byte between them: `urgent`, `peerEnds`.
    static let shortening = ReadyEvents(rawValue: 0x201a)
    /// Something that a send may find: `room`, `ends`.
    static let departures = ReadyEvents(rawValue: 0x1c)

    /// The bits as a packet's result.
    var result: Int32 { Int32(bitPattern: rawValue) }
}
