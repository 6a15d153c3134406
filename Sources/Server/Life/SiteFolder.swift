/// A folder that is served: its path, and the folder that it led to when it was opened. A value; any thread.

internal import Platform

struct SiteFolder: Sendable {
    let path: String
    let descriptor: Descriptor.Shared
}
