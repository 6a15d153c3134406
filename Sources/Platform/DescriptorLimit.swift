/// How many descriptors the process may have (getrlimit(2)). The main thread at start.

internal import Glibc

/// The limit that is in force: `ulimit -n`.
package func descriptorLimit() -> Int {
    var limit = rlimit()
    // RLIMIT_NOFILE and a structure of our own: nothing can fail.
    unsafe _ = getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    return Int(clamping: limit.rlim_cur)
}

/// Raises the limit as far as the process may: it is low for the sake of programs that use select(2).
package func raiseDescriptorLimit() {
    var limit = rlimit()
    unsafe _ = getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    limit.rlim_cur = limit.rlim_max
    // Refused nowhere; if it were, the lower limit would stay.
    unsafe _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
}
