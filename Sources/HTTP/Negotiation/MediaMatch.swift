/// The weight that Accept gives one media type (RFC 9110 §12.5.1). A value; any thread.

/// The most precise range that covers a type decides its weight.
struct MediaMatch {
    private(set) var precision = 0
    /// In thousandths; 0 before any range covered the type.
    private(set) var quality: UInt16 = 0

    /// Reads one member of the list.
    mutating func take(_ range: Span<UInt8>, _ quality: UInt16, _ hasParameters: Bool, for type: StaticString) {
        let precision = Self.precision(of: range, for: type, hasParameters)
        guard precision > 0, precision >= self.precision else { return }
        self.quality = precision > self.precision ? quality : max(self.quality, quality)
        self.precision = precision
    }

    /// 0 when `range` does not cover `type`; a range with parameters is about something narrower than our type.
    private static func precision(of range: Span<UInt8>, for type: StaticString, _ hasParameters: Bool) -> Int {
        if ByteScan.equals(range, ignoringCase: type) { return hasParameters ? 3 : 4 }
        if ByteScan.isPrefix("*/*", of: range, at: 0), range.count == 3 { return 1 }
        let slash = ByteScan.firstIndex(of: Ascii.slash, in: range, from: 0, to: range.count)
        guard slash + 2 == range.count, range[slash + 1] == Ascii.asterisk else { return 0 }
        return ByteScan.begins(type, with: range.extracting(0...slash)) ? 2 : 0
    }
}
