/// Ways in which files are opened beneath a directory. A value; any thread.

/// A treatment of symbolic links on the way to a file.
///
/// The kernel itself resolves and refuses (openat2(2)), or `FolderOpening` walks: in neither case is there a moment between check
/// and use.
package enum OpenRule: Int, CaseIterable, Sendable {
    /// Nothing leads out of the directory, and nothing leads through a link.
    case withoutLinks
    /// Links are followed as long as they stay beneath the directory.
    case withLinksInside
    /// Links are followed wherever they lead, those of the process itself in /proc excepted.
    case withLinks

    /// The RESOLVE_ flags of openat2(2): of a path beneath a directory, without links, without those of /proc.
    package var resolve: UInt64 {
        let beneath: UInt64 = 0x08
        let noLinks: UInt64 = 0x04
        let noMagicLinks: UInt64 = 0x02
        return switch self {
        case .withoutLinks: beneath | noLinks | noMagicLinks
        case .withLinksInside: beneath | noMagicLinks
        case .withLinks: noMagicLinks
        }
    }
}
