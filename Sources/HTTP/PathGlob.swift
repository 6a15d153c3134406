/// Patterns of paths, as rules of a site and `ringport tail --path` have them. Pure; any thread.

/// A pattern that a whole path matches or does not, byte by byte.
///
/// - `*` stands for any bytes but `/`, also for none;
/// - `**` for any bytes at all, also for none;
/// - `?` for one byte that is not `/`;
/// - everything else for itself: there is no escape, and percent-encoding is not undone.
package struct PathGlob: Sendable {
    private enum Element: Equatable, Sendable {
        case byte(UInt8)
        case anyInComponent
        case runInComponent
        case run
    }

    private let elements: [Element]

    package init(_ pattern: String) {
        var elements: [Element] = []
        for byte in pattern.utf8 {
            switch byte {
            case Ascii.question: elements.append(.anyInComponent)
            case Ascii.asterisk:
                switch elements.last {
                case .runInComponent?: elements[elements.count - 1] = .run
                case .run?: break
                default: elements.append(.runInComponent)
                }
            default: elements.append(.byte(byte))
            }
        }
        self.elements = elements
    }

    /// Whether the pattern stands for all of `path`.
    ///
    /// - Complexity: the product of both lengths at worst: a later star is tried longer before an earlier one, and only
    ///   the last `*` and the last `**` can help.
    package func matches(_ path: Span<UInt8>) -> Bool {
        var element = 0
        var index = 0
        var inComponent: (element: Int, index: Int)?
        var anywhere: (element: Int, index: Int)?
        while true {
            if element < elements.count {
                switch elements[element] {
                case .run:
                    element += 1
                    anywhere = (element, index)
                    inComponent = nil
                    continue
                case .runInComponent:
                    element += 1
                    inComponent = (element, index)
                    continue
                case .anyInComponent where index < path.count && path[index] != Ascii.slash:
                    element += 1
                    index += 1
                    continue
                case .byte(let byte) where index < path.count && path[index] == byte:
                    element += 1
                    index += 1
                    continue
                default: break
                }
            } else if index == path.count {
                return true
            }
            // A mismatch: the last star takes one more byte.
            if let (next, taken) = inComponent, taken < path.count, path[taken] != Ascii.slash {
                inComponent = (next, taken + 1)
                (element, index) = (next, taken + 1)
            } else if let (next, taken) = anywhere, taken < path.count {
                anywhere = (next, taken + 1)
                inComponent = nil
                (element, index) = (next, taken + 1)
            } else {
                return false
            }
        }
    }
}
