/// The growth of an input's cost with its length. Test threads.

import Testing

/// Counts the steps for inputs of n, 2n and 4n bytes.
///
/// - Parameters:
///   - name: what is read, for the message of a failure.
///   - size: n, in bytes.
///   - stepsPerByteMax: the steps that a byte of the longest input may cost.
///   - steps: the steps that an input of so many bytes takes.
func expectLinear(_ name: String, size: Int, stepsPerByteMax: Int, _ steps: (Int) -> Int) {
    let counts = [1, 2, 4].map { steps($0 * size) }
    // A tenth for what is paid once, and for ends that fall differently; a square would take four times as many.
    for (shorter, longer) in zip(counts, counts.dropFirst()) {
        #expect(longer * 10 <= shorter * 22 + 640, "\(name): \(counts) steps for \(size) bytes, 2 and 4 times as many")
    }
    #expect(counts[2] <= 4 * size * stepsPerByteMax, "\(name): \(counts) steps, more than \(stepsPerByteMax) a byte")
    // What is refused at its beginning takes few; what takes none was not read.
    #expect(counts[2] > 0, "\(name): nothing was counted")
}

/// A text over and over, up to so many bytes.
func repeated(_ text: String, _ size: Int) -> [UInt8] {
    let part = Array(text.utf8)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(size + part.count)
    while bytes.count < size { bytes += part }
    return bytes
}
