/// Bounds of what visitors may upload. Pure values; any thread.

internal import FileLog

/// The table `[uploads]`.
package struct UploadRules: Equatable, Sendable {
    /// Files of one form.
    package var filesPerForm = 16
    /// Files in the folder.
    package var filesMax = FileLogLimits().uploadFilesMax
    /// Bytes of all files in the folder.
    package var sizeMax = FileLogLimits().uploadFolderBytesMax
    /// Bytes that are left free on the disk.
    package var freeSizeMin = FileLogLimits().uploadFreeBytesMin

    package init() {}

    /// The log's limits, with these.
    var logLimits: FileLogLimits {
        var limits = FileLogLimits()
        limits.uploadFilesMax = filesMax
        limits.uploadFolderBytesMax = sizeMax
        limits.uploadFreeBytesMin = freeSizeMin
        return limits
    }
}
