/// The words a person reads when the kernel refuses something.

import Glibc
import Platform
import Testing

@Suite struct SystemErrorTests {
    @Test func aRefusalSaysWhatWasAskedAndWhy() {
        #expect(SystemError(ENOENT, "open /nowhere").description == "open /nowhere: No such file or directory")
    }
}
