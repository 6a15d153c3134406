/// Every way out has a name, a number and a status. Test threads.

import HTTP
import Testing

@testable import Server

@Suite struct ReasonTests {
    private static let all = RejectReason.allCases.map(Reason.rejected) + Reason.own

    @Test func codesAreTheirPlacesAmongTheNames() {
        for reason in Self.all {
            #expect("\(Reason.names[Int(reason.code)])" == "\(reason.name)")
        }
        #expect(Set(Self.all.map(\.code)).count == Self.all.count)
        #expect(!Self.all.map(\.code).contains(0))
        #expect(Reason.names.count == Self.all.count + 1)
    }

    @Test func namesAreOneWordEachForGrepAndForTheLog() {
        #expect(Set(Reason.names.map { "\($0)" }).count == Reason.names.count)
        for name in Reason.names {
            #expect("\(name)".allSatisfy { $0 == "-" || $0.isASCII && ($0.isLowercase || $0.isNumber) }, "\(name)")
        }
    }

    @Test func aStatusIsAnErrorOrNone() {
        for reason in Self.all {
            #expect(reason.status == 0 || (400...599).contains(reason.status), "\(reason.name)")
            #expect(reason.explanation.utf8CodeUnitCount > 0)
        }
    }
}
