/// Which words a person reads where io_uring can't be used. Test threads.

@testable import CompletionPort
import Glibc
import Platform
import Testing

@Suite struct PortUnavailableTests {
    struct Case: Sendable {
        let code: Int32
        let release: String
        let setting: String?
        let expected: String
    }

    static let cases: [Case] = [
        // The kernel's age explains every error.
        Case(code: EINVAL, release: "5.15.0-91-generic", setting: nil, expected: "old"),
        Case(code: ENOSYS, release: "4.19.0", setting: nil, expected: "old"),
        Case(code: EPERM, release: "6.0.19", setting: nil, expected: "old"),
        // The switch, where it is set.
        Case(code: EPERM, release: "6.6.0", setting: "2", expected: "disabled"),
        Case(code: EACCES, release: "6.6.0", setting: "1", expected: "disabled"),
        // A filter, where it is not.
        Case(code: EPERM, release: "6.6.0", setting: "0", expected: "filtered"),
        Case(code: EACCES, release: "6.1.0-13-amd64", setting: nil, expected: "filtered"),
        Case(code: ENOSYS, release: "6.1.0", setting: "0", expected: "filtered"),
        Case(code: ENOSYS, release: "6.12.0", setting: "2", expected: "filtered"),
        // Anything else.
        Case(code: ENOMEM, release: "6.1.0", setting: "0", expected: "refused"),
        Case(code: EINVAL, release: "6.18.44", setting: nil, expected: "refused"),
        Case(code: EMFILE, release: "7.0.0-rc1", setting: "2", expected: "refused"),
        // A release that can't be read accuses nobody.
        Case(code: EPERM, release: "unknown", setting: "2", expected: "disabled"),
        Case(code: ENOMEM, release: "", setting: nil, expected: "refused"),
    ]

    @Test(arguments: cases)
    func theReasonIsFound(_ one: Case) {
        let error = SystemError(one.code, "io_uring_setup")
        let expected: PortUnavailable =
            switch one.expected {
            case "old": .kernelTooOld(release: one.release)
            case "disabled": .disabled(setting: one.setting ?? "")
            case "filtered": .filtered(error)
            default: .refused(error)
            }
        #expect(PortUnavailable.diagnose(error, release: one.release, setting: one.setting) == expected)
    }

    @Test func aKernelsVersionIsItsFirstTwoNumbers() {
        func version(_ text: String) -> [Int]? { PortUnavailable.kernelVersion(text).map { [$0.0, $0.1] } }
        #expect(version("6.1.0-13-amd64") == [6, 1])
        #expect(version("5.4") == [5, 4])
        #expect(version("6.10-rc3") == [6, 10])
        #expect(version("6") == nil)
        #expect(version("") == nil)
        #expect(version("x.y.z") == nil)
        #expect(version("unknown") == nil)
    }

    @Test func everyReasonNamesItsRemedy() {
        let error = SystemError(EPERM, "io_uring_setup")
        #expect("\(PortUnavailable.kernelTooOld(release: "5.10.0"))".contains("6.1"))
        #expect("\(PortUnavailable.kernelTooOld(release: "5.10.0"))".contains("5.10.0"))
        #expect("\(PortUnavailable.disabled(setting: "2"))".contains("sysctl -w kernel.io_uring_disabled=0"))
        #expect("\(PortUnavailable.filtered(error))".contains("seccomp"))
        #expect("\(PortUnavailable.refused(error))".contains(error.description))
    }

    @Test func theReasonForThisMachineReadsItsOwnKernel() {
        let reason = PortUnavailable.diagnose(SystemError(ENOMEM, "io_uring_setup"))
        if PortProbe.refusal == nil { #expect(reason == .refused(SystemError(ENOMEM, "io_uring_setup"))) }
    }
}
