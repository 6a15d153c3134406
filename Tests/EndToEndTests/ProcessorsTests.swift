/// The default number of workers in the hands of taskset(1) and of control groups. Test threads.

import Glibc
import Harness
import Testing

@Suite struct ProcessorsTests {
    /// A folder in which groups with a quota can be made; `nil` where this user or this machine has none.
    private static let groups: String? = {
        // Version 1 first: where both are mounted, the processor belongs to one of them.
        for folder in ["/sys/fs/cgroup/cpu", "/sys/fs/cgroup"] {
            let script = """
                set -e
                mkdir \(folder)/ringport-try-$$
                trap 'rmdir \(folder)/ringport-try-$$' EXIT
                test -e \(folder)/ringport-try-$$/cpu.max || test -e \(folder)/ringport-try-$$/cpu.cfs_quota_us
                """
            if let outcome = try? Program.run(program: "sh", ["-c", script]), outcome.succeeded { return folder }
        }
        return nil
    }()

    private func workers(_ outcome: Program.Outcome) -> Substring? {
        outcome.output.firstMatch(of: /\nworkers = ([0-9]+)/)?.1
    }

    @Test func theAffinityMaskCounts() throws {
        let site = try TestSite(configuration: "[server]\nlisten = [\"127.0.0.1:0\"]\n")
        let words = ["--cpu-list", "0", try Program.ringport, "check", "--root", site.root]
        let outcome = try Program.run(program: "taskset", words)
        #expect(workers(outcome) == "1", "\(outcome)")
    }

    @Test(
        .enabled(
            if: groups != nil || ChildProcess.variable("CI") == "true",
            "needs a control group for the processor that may be made"
        )
    )
    func theQuotaOfTheControlGroupCounts() throws {
        let folder = try #require(Self.groups)
        let site = try TestSite(configuration: "[server]\nlisten = [\"127.0.0.1:0\"]\n")
        // The process goes back to the folder before its group is removed.
        let script = """
            set -e
            group=\(folder)/ringport-test-$$
            mkdir $group
            trap 'echo $$ > \(folder)/cgroup.procs; rmdir $group' EXIT
            if test -e $group/cpu.max; then echo '50000 100000' > $group/cpu.max
            else echo 50000 > $group/cpu.cfs_quota_us; fi
            echo $$ > $group/cgroup.procs
            \(try Program.ringport) check --root \(site.root)
            """
        let outcome = try Program.run(program: "sh", ["-c", script])
        #expect(workers(outcome) == "1", "\(outcome)")
    }
}
