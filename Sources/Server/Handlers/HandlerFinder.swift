/// Which handlers a site uses, and where their libraries are. The main thread at start.

internal import Glibc

struct HandlerFinder {
    let siteFolder: String
    let folders: [String]

    /// The names of the handlers to use when the configuration names none.
    func defaultNames() -> [String] {
        var names = ["forms"]
        for name in librariesInSite() where !names.contains(name) { names.append(name) }
        return names
    }

    /// The library of a handler: in the site's folder, else in one of the others; `nil` when it is in none.
    func library(_ name: String) -> String? {
        for folder in [siteFolder] + folders {
            let path = "\(folder)/lib\(name).so"
            if unsafe access(path, R_OK) == 0 { return path }
        }
        return nil
    }

    /// Names of the libraries `lib<name>.so` in the site's folder, in their order by name.
    private func librariesInSite() -> [String] {
        guard let folder = unsafe opendir(siteFolder) else { return [] }
        defer { unsafe _ = closedir(folder) }
        var names: [String] = []
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                // In place: the entry is shorter than its type, and a copy would read beyond it. It ends with a NUL.
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            guard name.hasPrefix("lib"), name.hasSuffix(".so"), name.utf8.count > 6 else { continue }
            names.append(String(name.dropFirst(3).dropLast(3)))
        }
        return names.sorted()
    }
}
