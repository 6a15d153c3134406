/// The names of a form's fields: what telling them apart costs, however alike they are.

import HandlerKit
import Testing

@testable import CountedForms

@Suite struct FormNamesGrowthTests {
    /// Forms of few fields are compared in another way than forms of many.
    @Test(arguments: [2, 16, 17, 256])
    func namesAreToldApartInTheirLength(count: Int) {
        for areEqual in [false, true] {
            for size in [16_384, 32_768, 65_536] {
                let long = [UInt8](repeating: UInt8(ascii: "x"), count: size / count)
                let fields = (0..<count).map { number in
                    FormField(name: areEqual ? long : long + Array("\(number)".utf8), value: long)
                }
                let submitted = SubmittedFields(fields)
                // Equal names are compared when they are gathered and when they are looked up.
                #expect(CountedForms.Steps.of { _ = submitted.json } <= 3 * size + 64 * count)
            }
        }
    }

    /// The hash tells different names apart before a byte of them is compared.
    @Test func namesThatDifferInTheirLastByteAreNotCompared() {
        let long = [UInt8](repeating: UInt8(ascii: "x"), count: 10_000)
        let names = (0..<16).map { FieldName(long + [UInt8($0)]) }
        let steps = CountedForms.Steps.of {
            for (index, name) in names.enumerated() where names[..<index].contains(name) { Issue.record("alike") }
        }
        #expect(steps == 0)
        #expect(names[0] == FieldName(long + [0]))
    }
}
