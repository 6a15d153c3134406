/// The processors that the process may use. Pure; any thread.

/// The processor time of a process by the kernel's files, in the words of cgroups(7).
///
/// A container's share is mostly a quota of its control group, which leaves every processor online and in the affinity mask.
package struct ProcessorShare {
    /// A control group's folder, whose files and those of its parents limit the process.
    struct Group: Equatable {
        enum Version { case one, two }

        let version: Version
        /// The mount point of the hierarchy: no parent above it can be seen.
        let mount: String
        /// The way from the mount to the group, in parts.
        let parts: [String]

        /// The group's folder and those above it, up to the mount.
        var folders: [String] {
            (0...parts.count).map { ([mount == "/" ? "" : mount] + parts.prefix($0)).joined(separator: "/") }
        }
    }

    /// Processors of the affinity mask.
    let affinity: Int
    let groups: [Group]

    /// - Parameters:
    ///   - affinity: processors of the affinity mask.
    ///   - memberships: `/proc/self/cgroup`.
    ///   - mounts: `/proc/self/mountinfo`.
    package init(affinity: Int, memberships: String, mounts: String) {
        self.affinity = affinity
        let mounts = mounts.split(separator: "\n").compactMap { Mount($0) }
        groups = memberships.split(separator: "\n").compactMap { line in
            // Number, controllers, path: the last may hold colons.
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { return nil }
            if fields[0] == "0", fields[1].isEmpty {
                return Self.group(.two, fields[2], mounts.filter { $0.type == "cgroup2" })
            }
            guard fields[1].split(separator: ",").contains("cpu") else { return nil }
            return Self.group(.one, fields[2], mounts.filter { $0.type == "cgroup" && $0.options.contains("cpu") })
        }
    }

    /// The folder of a group, by the first mount that shows it.
    private static func group(_ version: Group.Version, _ path: Substring, _ mounts: [Mount]) -> Group? {
        let path = path.split(separator: "/")
        for mount in mounts {
            // A mount may show a part of the hierarchy, as a container's does.
            let root = mount.root.split(separator: "/")
            guard path.starts(with: root), !path.dropFirst(root.count).contains("..") else { continue }
            return Group(version: version, mount: mount.point, parts: path.dropFirst(root.count).map(String.init))
        }
        return nil
    }

    /// The number of processors: those of the mask, and no more than the smallest quota pays for, rounded up.
    ///
    /// - Parameter read: the text of a file; `nil` for one that is not there.
    /// - Returns: at least 1.
    package func count(_ read: (String) -> String?) -> Int {
        var count = affinity
        for group in groups {
            for folder in group.folders {
                let quota: Quota? =
                    switch group.version {
                    case .two: read(folder + "/cpu.max").flatMap { Quota($0.split { $0.isWhitespace }) }
                    case .one:
                        Quota(
                            ["cpu.cfs_quota_us", "cpu.cfs_period_us"].compactMap { name in
                                read("\(folder)/\(name)")?.split { $0.isWhitespace }.first
                            }
                        )
                    }
                if let quota { count = min(count, quota.processors) }
            }
        }
        return max(1, count)
    }

    /// Processor time in each period.
    private struct Quota {
        /// Whole processors that use it up.
        let processors: Int

        /// Two numbers; `nil` where there is no limit, as for `max` and -1.
        init?(_ words: [Substring]) {
            guard words.count == 2, let time = Int(words[0]), let period = Int(words[1]), time > 0, period > 0 else {
                return nil
            }
            processors = time / period + (time % period == 0 ? 0 : 1)
        }
    }

    /// A line of `/proc/self/mountinfo` (proc(5)).
    private struct Mount {
        let root: String
        let point: String
        let type: Substring
        let options: [Substring]

        init?(_ line: Substring) {
            let fields = line.split(separator: " ")
            // Optional fields end with a hyphen.
            guard fields.count >= 9, let end = fields[6...].firstIndex(of: "-"), fields.count > end + 3 else {
                return nil
            }
            root = Self.plain(fields[3])
            point = Self.plain(fields[4])
            type = fields[end + 1]
            options = fields[end + 3].split(separator: ",")
        }

        /// The kernel writes space, tab, line end and backslash as three octal digits.
        private static func plain(_ field: Substring) -> String {
            var bytes: [UInt8] = []
            var rest = field.utf8[...]
            while let byte = rest.popFirst() {
                let digits = String(decoding: rest.prefix(3), as: UTF8.self)
                if byte == UInt8(ascii: "\\"), let code = UInt8(digits, radix: 8) {
                    bytes.append(code)
                    rest = rest.dropFirst(3)
                } else {
                    bytes.append(byte)
                }
            }
            return String(decoding: bytes, as: UTF8.self)
        }
    }
}
