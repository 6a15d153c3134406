/// The inputs that fuzzing has kept, run through their targets again: a broken invariant traps. Test threads.

import Fuzz
import Testing

@Suite struct KeptInputsTests {
    @Test(arguments: FuzzTarget.allCases)
    func whatOnceReachedSomethingNewStillHoldsItsInvariants(target: FuzzTarget) throws {
        let inputs = try KeptInputs.files("Corpora/\(target.rawValue)")
        #expect(inputs.count >= 10, "a target has a corpus to begin with")
        for input in inputs { target.run(try KeptInputs.bytes(input)) }
    }

    @Test func whatOnceBrokeAnInvariantBreaksItNoMore() throws {
        for target in FuzzTarget.allCases {
            for input in try KeptInputs.files("Crashers/\(target.rawValue)") {
                target.run(try KeptInputs.bytes(input))
            }
        }
    }
}
