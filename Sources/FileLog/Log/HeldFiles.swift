/// The files of a followed log that need no descriptor any more. Pure; used by the follower of a log.

/// The state of an open file that has or had the log's name.
struct HeldFile {
    /// True when it has no content.
    var isEmpty = false
    /// True when no name leads to it.
    var isGone = false
    /// True when it has content that was not read yet.
    var hasUnread = false
    /// True when nothing came for a while.
    var isQuiet = false
}

/// Decides by what is known of the files, oldest first, of which the last has the name or had it last.
enum HeldFiles {
    /// The places of the files to close, in descending order.
    ///
    /// A deleted log may still be written to, by a server that has not been told to open it anew: so it is held until
    /// nothing came for a while and a younger file is there. The oldest is the likeliest to be written to, and the
    /// youngest has the name: beyond the maximum it is those between that go.
    static func surplus(_ files: [HeldFile], max countMax: Int) -> [Int] {
        let youngest = files.count - 1
        var closed = files.indices.filter { place in
            let file = files[place]
            return file.isGone && file.isQuiet && !file.hasUnread && (file.isEmpty || place < youngest)
        }
        let excess = files.count - closed.count - countMax
        if excess > 0 {
            let between = files.indices.dropFirst().dropLast().filter { !closed.contains($0) && !files[$0].hasUnread }
            let ordered = between.filter { files[$0].isGone } + between.filter { !files[$0].isGone }
            closed += ordered.prefix(excess)
        }
        return closed.sorted(by: >)
    }
}
