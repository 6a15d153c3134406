/// Files that a killed process has left in the folder of uploads. The store writer, under the site's lock, before the
/// first upload of this process; and `ringport restore`.

internal import Glibc
package import Platform

/// Ends uploads that a crash has cut off.
///
/// Only temporary names are looked at: a file without one, of an older row, of another handler or of the owner, is never
/// touched.
package enum UploadSweep {
    /// The outcome, in files.
    package struct Outcome: Equatable, Sendable {
        /// Files of stored rows: they have their own name alone now.
        package var kept = 0
        /// Files that no row names: they are gone.
        package var removed = 0
    }

    /// The fate of a file that has a temporary name.
    enum Fate: Equatable {
        /// It keeps its own name.
        case keep(String)
        /// It loses this name, if that is its own, and the temporary one.
        case remove(own: String?)
        /// It is being written.
        case leave
    }

    /// Decides about a file.
    ///
    /// - Parameters:
    ///   - name: its temporary name, or another: that is left.
    ///   - noted: the names that commits have noted.
    ///   - isSameDatabase: false where another database has taken the place of the one that the files were for: its notes
    ///     tell nothing about them. A file that has its own name keeps it then.
    /// - Returns: what becomes of it.
    static func fate(of name: String, noted: Set<String>, isSameDatabase: Bool) -> Fate {
        switch UploadNames.kind(of: name) {
        case .own, .underWay: .leave
        case .abandoned: .remove(own: nil)
        case .noted(let own):
            if noted.contains(own) { .keep(own) } else { .remove(own: isSameDatabase ? own : nil) }
        }
    }

    /// Ends all that was cut off, and waits until that is on the disk.
    ///
    /// - Parameters:
    ///   - path: the folder; where there is none nothing is done.
    ///   - noted: the names that commits have noted.
    ///   - isSameDatabase: as above.
    /// - Returns: what was done.
    /// - Throws: what the kernel refused; what was not done is left to the next start.
    package static func run(
        _ path: String,
        noted: Set<String>,
        isSameDatabase: Bool
    ) throws(SystemError) -> Outcome {
        var outcome = Outcome()
        guard let folder = try UploadFolder(existing: path), var reading = try UploadFolderReading(path) else {
            return outcome
        }
        // All names first: a folder that changes while it is read may show or hide any.
        var names: [String] = []
        while let name = reading.next() {
            if fate(of: name, noted: noted, isSameDatabase: isSameDatabase) != .leave { names.append(name) }
        }
        for name in names {
            switch fate(of: name, noted: noted, isSameDatabase: isSameDatabase) {
            case .leave: continue
            case .keep(let own):
                try keep(name, as: own, folder)
                outcome.kept += 1
            case .remove(let own):
                // The own name first: as long as the temporary one is there, the file is found.
                if let own, folder.isOneFile(name, own) { try folder.remove(own) }
                try folder.remove(name)
                outcome.removed += 1
            }
        }
        if !names.isEmpty { try folder.synchronize() }
        return outcome
    }

    /// Leaves a file its own name alone; one that a commit noted has it.
    private static func keep(_ name: String, as own: String, _ folder: borrowing UploadFolder) throws(SystemError) {
        do throws(SystemError) {
            try folder.rename(name, to: own)
        } catch {
            guard error.code == EEXIST else { throw error }
            try folder.remove(name)
        }
    }
}

extension UploadSweep.Outcome: CustomStringConvertible {
    package var description: String {
        "a killed server has left files under temporary names: \(kept) of stored forms were kept, \(removed) of others removed"
    }
}
