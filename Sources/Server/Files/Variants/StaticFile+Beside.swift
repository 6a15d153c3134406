/// Looking for coded files beside one whose type coding does not make smaller. On the completion worker.
///
/// Next: ResponseEncoder.swift

internal import CompletionPort
internal import Glibc
internal import HTTP
internal import Platform

extension CompletionWorker {
    /// A file is in memory: it is ready, once it is known whether its answers depend on Accept-Encoding.
    ///
    /// Of a compressible one they do in any case. Of any other a request would otherwise have to look each time; or its answers
    /// would all have to say that they vary, and shared caches keep one for each way to write that field.
    func contentLoaded(_ file: FileSlot) {
        let codings = files[file].version.site.codings
        guard files[file].key.isPlain, !files[file].isCoded, !files[file].isCompressible, !codings.isOff else {
            return loadEnded(file, .ready)
        }
        files[file].stage = .looking
        lookBeside(file, from: 0)
    }

    /// Looks for the file of the next coding that is used.
    private func lookBeside(_ file: FileSlot, from first: UInt8) {
        let codings = files[file].version.site.codings
        for coding in ContentCoding.allCases where coding.rawValue >= first && codings.uses(coding) {
            files[file].codingBeside = coding.rawValue
            // In the folder that the file is of, which its site may have left meanwhile: the entry holds it.
            guard let folder = files[file].folder else { preconditionFailure("a file is loaded from a folder") }
            // The path stays in place until the next is looked for; the entry is pinned until it is loaded.
            let path = unsafe files[file].look(for: coding.suffix)
            return unsafe port.open(beneath: folder.rawValue, path, .withoutLinks, files.key(file))
        }
        loadEnded(file, .ready)
    }

    /// A file beside another was opened, or is not there.
    func lookedBeside(_ file: FileSlot, _ result: Int32) {
        let coding = files[file].codingBeside
        if isMissing(-result, followed(file)) {
            files[file].variants[Int(coding)] = .missing
        } else {
            // It is looked at when somebody wants it.
            files[file].variesByCoding = true
            if result >= 0 { port.close(result, .unclaimed) }
        }
        lookBeside(file, from: coding + 1)
    }

    private func isMissing(_ code: Int32, _ links: OpenRule) -> Bool {
        switch code {
        case ENOENT, ENOTDIR, ENAMETOOLONG, EXDEV: true
        case ELOOP: links == .withoutLinks
        default: false
        }
    }
}
