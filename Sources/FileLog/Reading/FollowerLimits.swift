/// The named maxima of following a log. Read by one thread, that of `ringport tail`.

/// The pace at which a log is looked at, and the part of its past that is held.
package struct FollowerLimits: Sendable {
    /// Time between two looks when no event comes.
    ///
    /// Events tell at once what happens to most logs. The looks find the rest: other machines write to a network file
    /// system, a link or a folder further up is exchanged, the user's inotify instances are used up.
    package var lookInterval = Duration.seconds(1)
    /// Files held open: the one with the name, and those before it that may still be written to.
    package var openFilesMax = 16
    /// Places remembered in files that were let go, for the case that one gets the name again.
    package var placesMax = 16
    /// Names of files that still have to be opened; beyond it the oldest are given up.
    package var namesMax = 16 << 10
    /// Bytes read before they are shown, counted over all files.
    package var batchSize = 256 << 10

    package init() {}
}
