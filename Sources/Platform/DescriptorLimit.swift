/// Descriptors that the process has and may have. The main thread at start.

internal import Glibc

/// The limit that is in force (getrlimit(2)): `ulimit -n`.
package func descriptorLimit() -> Int {
    var limit = rlimit()
    // RLIMIT_NOFILE and a structure of our own: nothing can fail.
    unsafe _ = getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    return Int(clamping: limit.rlim_cur)
}

/// The number of descriptors that are open now (proc_pid_fd(5)).
package func openDescriptorCount() -> Int {
    // Without /proc the reserve has to do; the folder's own descriptor and its two dots are none that stay.
    guard let folder = unsafe opendir("/proc/self/fd") else { return 0 }
    defer { unsafe _ = closedir(folder) }
    var count = -3
    while unsafe readdir(folder) != nil { count += 1 }
    return max(0, count)
}

/// Raises the limit as far as the process may: it is low for the sake of programs that use select(2).
package func raiseDescriptorLimit() {
    var limit = rlimit()
    unsafe _ = getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    limit.rlim_cur = limit.rlim_max
    // Refused nowhere; if it were, the lower limit would stay.
    unsafe _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
}
