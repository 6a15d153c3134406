/// Limits that contradict each other stop the server before it starts. Test threads; each contradiction in a process.

import CompletionPort
import Testing

@testable import Server

@Suite struct LimitsTests {
    @Test func theLimitsAsTheyComeAgree() {
        Limits().assertRelations()
    }

    /// One contradiction for each relation.
    static let contradictions: [@Sendable (inout Limits) -> Void] = [
        { $0.requestLineSizeMax = $0.headSizeMax + 1 },
        { $0.headSizeMax = 0x10000 },
        { $0.receiveBufferCount = 1000 },
        { $0.receiveBufferCount = 0 },
        { $0.packetsMax = 2 * $0.submissionsMax - 1 },
        { $0.outputBlockSize = 2 * ($0.responseHeadSizeMax + $0.inlineBodySizeMax) - 1 },
        {
            $0.inlineBodySizeMax = $0.residentFileSizeMax + 1; $0.outputBlockSize = 1 << 20
        },
        { $0.responseHeadSizeMax = Refusal.sizeMax - 1 },
        { $0.outputSegmentsMax = 3 },
        { $0.exchangesMax = $0.pipelinedMax - 1 },
        { $0.bodySizeMax = $0.bodiesSizeMax + 1 },
        {
            $0.bodySizeMax = 1 << 32; $0.bodiesSizeMax = 1 << 33
        },
        { $0.discardSizeMax = 1 << 32 },
        { $0.bodyRateMin = 0 },
        { $0.bodyRateMin = 1 << 32 },
        { $0.sliceSize = 4095 },
        { $0.partSizeMax = $0.sliceSize - 1 },
        { $0.wrongPasswordsMax = 0 },
        { $0.wrongPasswordInterval = .zero },
        { $0.wrongPasswordNetworksMax = 1 },
        { $0.passwordsKeptMax = 1 },
        { $0.passwordKeptIdle = .zero },
        { $0.passwordKeptDuration = $0.passwordKeptIdle - .seconds(1) },
        { $0.stallDuration = .zero },
    ]

    @Test(arguments: contradictions.indices)
    func contradictoryLimitsTrap(number: Int) async {
        await #expect(processExitsWith: .failure) { [number = number as Int] in
            var limits = Limits()
            LimitsTests.contradictions[number](&limits)
            limits.assertRelations()
        }
    }

    /// A response judged by few configured fields may wait in line until a reload has brought many.
    @Test(arguments: [0, 100, ServerConfiguration.fieldsSizeMax], [0, ServerConfiguration.fieldsSizeMax])
    func aHandlersFieldsFindRoomWhateverAReloadBrings(before: Int, after: Int) {
        var (judged, answering) = (Limits(), Limits())
        judged.responseHeadSizeMax += before
        answering.responseHeadSizeMax += max(before, after)
        let needed = answering.responseHeadSizeMax + answering.inlineBodySizeMax + CrossOriginPolicy.originSizeMax
        #expect(judged.answerFieldsSizeMax + needed <= answering.outputBlockSize)
        #expect(judged.answerFieldsSizeMax >= 32 * 1024, "fields of usual sizes are not refused")
    }

    @Test func thePortsLimitsAreTheServers() {
        var limits = Limits()
        limits.submissionsMax = 16
        limits.packetsMax = 64
        limits.receiveBufferCount = 32
        limits.receiveBufferSize = 8192
        limits.fileThreadsMax = 3
        limits.directSocketsMax = 7
        let port = limits.port(usesDirectSockets: true)
        #expect(port.submissionsMax == 16)
        #expect(port.packetsMax == 64)
        #expect(port.receiveBufferCount == 32)
        #expect(port.receiveBufferSize == 8192)
        #expect(port.fileThreadsMax == 3)
        #expect(port.directSocketsMax == 7)
        #expect(limits.port(usesDirectSockets: false).directSocketsMax == 0)
    }
}
