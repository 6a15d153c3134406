/// The names in the folder of uploads. Pure, but for the number of this run; any thread.

/// Temporary names: `.ringport+<name>` stands for a file that gets `<name>` with a commit, `.ringport-<run>-<number>` for
/// one that is renamed.
///
/// The first kind tells after a crash which file it is a second name of. No client and no handler can choose either: a
/// name that is given out begins with a letter or a digit.
enum UploadNames {
    private static let notedPrefix = ".ringport+"
    private static let alonePrefix = ".ringport-"
    /// Tells this process from every earlier one, whose number it may have.
    private static let run = String(UInt64.random(in: .min ... .max), radix: 16)

    static func temporary(of name: String) -> String { notedPrefix + name }

    static func temporary(number: Int) -> String { "\(alonePrefix)\(run)-\(number)" }

    /// The kinds of names.
    enum Kind: Equatable {
        /// A file's own.
        case own
        /// The temporary name of a file that a commit notes by this one.
        case noted(String)
        /// That of a file that an earlier process had not finished, of whichever version.
        case abandoned
        /// That of a file which this process is writing.
        case underWay
    }

    static func kind(of name: String) -> Kind {
        if name.hasPrefix(notedPrefix) { return .noted(String(name.dropFirst(notedPrefix.count))) }
        guard name.hasPrefix(alonePrefix) else { return .own }
        return name.hasPrefix("\(alonePrefix)\(run)-") ? .underWay : .abandoned
    }

    /// True when a name is one path component that can neither hide nor climb, and has room for a temporary one.
    static func isName(_ name: String) -> Bool {
        let bytes = name.utf8
        return !bytes.isEmpty && bytes.count <= 255 - notedPrefix.utf8.count && bytes.first != UInt8(ascii: ".")
            && !bytes.contains(UInt8(ascii: "/")) && !bytes.contains(0)
    }
}
