/// Numbers with what they count, in words. Pure; any thread.

extension BinaryInteger {
    /// Puts the number and its noun into words.
    ///
    /// - Parameters:
    ///   - noun: what one is called.
    ///   - plural: what several are called; by default with an s.
    /// - Returns: `1 line`, `2 lines`.
    package func counted(_ noun: String, _ plural: String? = nil) -> String {
        "\(self) \(self == 1 ? noun : plural ?? noun + "s")"
    }
}
