/// The number of processors that the process may use, as the system has it. The main thread.

internal import CPlatform
internal import Glibc

/// The processors of the affinity mask, within the quota of the process's control groups.
package func processorCount() -> Int {
    ProcessorShare(
        affinity: affinityCount(),
        memberships: text(of: "/proc/self/cgroup") ?? "",
        mounts: text(of: "/proc/self/mountinfo") ?? ""
    ).count(text)
}

/// The processors of the mask (sched_getaffinity(2)); those that are online where it can't be had.
private func affinityCount() -> Int {
    // A mask for 1024 processors first. EINVAL: the kernel knows of more.
    var wordCount = 1024 / UInt.bitWidth
    while wordCount <= 1 << 16 {
        var mask = [UInt](repeating: 0, count: wordCount)
        let status = unsafe mask.withUnsafeMutableBytes { bytes in
            // In place for the call, and as long as it says.
            unsafe ringport_affinity(bytes.baseAddress, bytes.count)
        }
        if status == 0 { return mask.reduce(0) { $0 + $1.nonzeroBitCount } }
        guard errno == EINVAL else { break }
        wordCount *= 2
    }
    return sysconf(Int32(_SC_NPROCESSORS_ONLN))
}

/// A small file of the kernel; `nil` for one that can't be read.
private func text(of path: String) -> String? {
    // The longest is the list of mounts: some hundred bytes for each.
    guard let bytes = try? SmallFile.read(path, sizeMax: 64 << 20) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
}
