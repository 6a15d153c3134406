/// The files in the folder of uploads, for `ringport forms`. The thread that asks, without a server or beside one.

internal import Glibc
package import Platform

/// A file in the folder of uploads.
package struct UploadListing: Equatable, Sendable {
    package let name: String
    /// In bytes.
    package let size: Int
    /// Seconds since 1970.
    package let modification: Int

    /// Lists the files that have names of their own, by their names.
    ///
    /// - Parameter path: the folder; where there is none there are no files.
    /// - Returns: the files; what is no regular file is none.
    /// - Throws: why the folder can't be read.
    package static func files(in path: String) throws(SystemError) -> [UploadListing] {
        guard let folder = try UploadFolder(existing: path), var reading = try UploadFolderReading(path) else {
            return []
        }
        var files: [UploadListing] = []
        while let name = reading.next() {
            guard UploadNames.kind(of: name) == .own, let file = folder.look(at: name) else { continue }
            files.append(UploadListing(name: name, size: file.size, modification: file.modification))
        }
        return files.sorted { $0.name < $1.name }
    }
}
