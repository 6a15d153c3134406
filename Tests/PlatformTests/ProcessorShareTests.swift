/// Processors by affinity mask and control group, as containers and services have them. Test threads.

import Testing

@testable import Platform

@Suite struct ProcessorShareTests {
    /// What the kernel says somewhere, and how many processors that makes.
    struct Machine: Sendable, CustomTestStringConvertible {
        let name: String
        var affinity = 8
        let memberships: String
        let mounts: String
        var files: [String: String] = [:]
        let count: Int

        var testDescription: String { name }
    }

    private static let unified = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
    private static let split = """
        31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
        32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 master:3 - cgroup cgroup rw,cpu,cpuacct
        33 31 0:31 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset
        41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
        """

    static let machines: [Machine] = [
        Machine(name: "no control groups", memberships: "", mounts: "", count: 8),
        Machine(name: "no processor at all", affinity: 0, memberships: "", mounts: "", count: 1),
        Machine(
            name: "no limit",
            memberships: "0::/user.slice\n",
            mounts: unified,
            files: ["/sys/fs/cgroup/user.slice/cpu.max": "max 100000\n"],
            count: 8
        ),
        Machine(
            name: "a service with CPUQuota=150%",
            memberships: "0::/system.slice/ringport.service\n",
            mounts: unified,
            files: ["/sys/fs/cgroup/system.slice/ringport.service/cpu.max": "150000 100000\n"],
            count: 2
        ),
        Machine(
            name: "the parent has less",
            memberships: "0::/a/b/c\n",
            mounts: unified,
            files: [
                "/sys/fs/cgroup/a/b/c/cpu.max": "max 100000", "/sys/fs/cgroup/a/b/cpu.max": "600000 100000",
                "/sys/fs/cgroup/a/cpu.max": "300000 100000",
            ],
            count: 3
        ),
        Machine(
            name: "the group has less than its parent",
            memberships: "0::/a/b\n",
            mounts: unified,
            files: ["/sys/fs/cgroup/a/cpu.max": "500000 100000", "/sys/fs/cgroup/a/b/cpu.max": "10000 50000"],
            count: 1
        ),
        Machine(
            name: "a tenth of a processor",
            memberships: "0::/\n",
            mounts: unified,
            files: ["/sys/fs/cgroup/cpu.max": "10000 100000"],
            count: 1
        ),
        Machine(
            name: "the quota is above the mask",
            affinity: 2,
            memberships: "0::/\n",
            mounts: unified,
            files: ["/sys/fs/cgroup/cpu.max": "1600000 100000"],
            count: 2
        ),
        Machine(
            name: "whole processors are not rounded up",
            memberships: "0::/\n",
            mounts: unified,
            files: ["/sys/fs/cgroup/cpu.max": "400000 100000"],
            count: 4
        ),
        Machine(
            name: "a container that sees the host's names, and its own part of the hierarchy",
            memberships: "0::/system.slice/docker-1f.scope\n",
            mounts: "30 23 0:26 /system.slice/docker-1f.scope /sys/fs/cgroup ro - cgroup2 cgroup rw\n",
            files: ["/sys/fs/cgroup/cpu.max": "200000 100000"],
            count: 2
        ),
        Machine(
            name: "a group outside of the namespace",
            memberships: "0::/../other\n",
            mounts: unified,
            files: ["/sys/fs/cgroup/cpu.max": "200000 100000", "/sys/fs/cgroup/../other/cpu.max": "100000 100000"],
            count: 8
        ),
        Machine(
            name: "a namespace below its mount's root",
            memberships: "0::/../other/x\n",
            mounts: "30 23 0:26 /../other /mnt rw - cgroup2 none rw\n",
            files: ["/mnt/x/cpu.max": "200000 100000"],
            count: 2
        ),
        Machine(
            name: "version 1",
            memberships: "5:cpuset:/x\n4:cpu,cpuacct:/docker/1f\n0::/\n",
            mounts: split,
            files: [
                "/sys/fs/cgroup/cpu,cpuacct/docker/1f/cpu.cfs_quota_us": "250000\n",
                "/sys/fs/cgroup/cpu,cpuacct/docker/1f/cpu.cfs_period_us": "100000\n",
                "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "-1\n",
                "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
            ],
            count: 3
        ),
        Machine(
            name: "version 1 in a container without a namespace",
            memberships: "4:cpu,cpuacct:/docker/1f\n",
            mounts: "32 31 0:29 /docker/1f /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct\n",
            files: [
                "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "50000",
                "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000",
            ],
            count: 1
        ),
        Machine(
            name: "both versions, the processor by version 1",
            memberships: "1:cpu:/a\n0::/b\n",
            mounts: split,
            files: [
                "/sys/fs/cgroup/unified/b/cpu.max": "700000 100000",
                "/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us": "600000",
                "/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us": "100000",
            ],
            count: 6
        ),
        Machine(
            name: "a mount with a space, a group with a colon",
            memberships: "0::/a:b\n",
            mounts: "30 23 0:26 / /mnt/c\\040g rw - cgroup2 cgroup2 rw\n",
            files: ["/mnt/c g/a:b/cpu.max": "100000 100000"],
            count: 1
        ),
        Machine(
            name: "cpuset is not cpu",
            memberships: "3:cpuset:/a\n",
            mounts: split,
            files: ["/sys/fs/cgroup/cpuset/a/cpu.cfs_quota_us": "1", "/sys/fs/cgroup/cpuset/a/cpu.cfs_period_us": "1"],
            count: 8
        ),
        Machine(
            name: "nonsense",
            memberships: "0::/\n::\nx\n",
            mounts: unified + "- - -\n1 2 3\n",
            files: ["/sys/fs/cgroup/cpu.max": "100000 0"],
            count: 8
        ),
    ]

    @Test(arguments: machines)
    func theSmallestShareCounts(machine: Machine) {
        let share = ProcessorShare(
            affinity: machine.affinity,
            memberships: machine.memberships,
            mounts: machine.mounts
        )
        #expect(share.count { machine.files[$0] } == machine.count)
    }

    @Test func thisMachineHasAProcessor() {
        #expect(processorCount() >= 1)
    }
}
