/// Chooses the form of a file that suits a client, and brings variants into the cache. On the completion worker.
///
/// DESIGN. A variant is an entry of the file cache like any other, found by the same path and its coding. The original's
/// entry knows how far each is: not looked for, there, not there as a file, not to be had. A request looks for the variants
/// it prefers, waits until it is known which lie beside the file, has the first that does not made, and is answered with
/// the best there is meanwhile.
/// Whatever changes about the original or about a file beside it unlists all of them.
///
/// A type that coding does not make smaller has no variants but files beside it. Those are looked for once, when the original
/// is loaded: where there are none, as beside most pictures, its answers depend on no field, and no request looks again.
/// An original that is not kept is there for those who waited for it; the variants that are loaded for them are not kept
/// either, and hold it in place.

internal import CompletionPort
internal import HTTP
internal import Platform

/// The result of negotiation (RFC 9110 §12.5.3).
enum Representation: Equatable {
    /// This entry of the cache answers.
    case ready(FileSlot)
    /// This one will, when it is loaded; no other may.
    case awaited(FileSlot)
    /// None may.
    case unacceptable
}

extension CompletionWorker {
    /// The representation of a loaded file that suits a request.
    ///
    /// - Parameters:
    ///   - file: its entry.
    ///   - head: the request's.
    ///   - bytes: what the head's positions refer to.
    ///   - mayWait: whether the request waits until it is known which files lie beside this one. For a variant that is
    ///     being made it waits only when it refuses the file as it is.
    /// - Returns: what may be sent.
    func representation(
        of file: FileSlot,
        _ head: RequestHead,
        _ bytes: Span<UInt8>,
        mayWait: Bool
    ) -> Representation {
        // What holds coded content by its name is sent to whoever asks for it (RFC 9110 §12.5.3).
        guard head.has(.acceptEncoding), !files[file].hasCoding else { return .ready(file) }
        let preference = codingMemo.preference(head, bytes)
        guard files[file].variesByCoding, files[file].isListed || files[file].isUnkept else {
            return preference.allowsIdentity ? .ready(file) : .unacceptable
        }
        if head.method == .get, head.has(.range), preference.allowsIdentity {
            // A part is of the file as it is, as a client that goes on with a download means it, unless the client says by
            // If-Range that it has the beginning of a variant (RFC 9110 §13.1.5).
            return .ready(variantNamed(of: file, head, bytes, preference) ?? file)
        }
        return negotiate(file, preference, mayWait: mayWait)
    }

    /// The variant whose tag a request's If-Range has, if its client takes that coding.
    private func variantNamed(
        of file: FileSlot,
        _ head: RequestHead,
        _ bytes: Span<UInt8>,
        _ preference: CodingPreference
    ) -> FileSlot? {
        guard head.has(.ifRange) else { return nil }
        for coding in ContentCoding.allCases where preference.takes(coding) {
            guard let variant = variant(of: file, coding), files[variant].stage == .ready else { continue }
            let isNamed = files[variant].validators.withTag {
                Conditions.allowRange(head, in: bytes, etag: $0, lastModified: nil, now: clock.second)
            }
            if isNamed { return variant }
        }
        return nil
    }

    /// The listed entry of a variant.
    private func variant(of file: FileSlot, _ coding: ContentCoding) -> FileSlot? {
        guard let variant = listed(file, coding), files[variant].source == files.key(file) else { return nil }
        return variant
    }

    /// The entry that is listed as a variant of a file's name: of this file, or of one that was dropped to make room.
    private func listed(_ file: FileSlot, _ coding: ContentCoding) -> FileSlot? {
        let key = FileKey(policy: files[file].key.policy, coding: coding)
        return files[file].withName { files.find($0, key) }
    }

    private func negotiate(_ file: FileSlot, _ preference: CodingPreference, mayWait: Bool) -> Representation {
        // Of what is not kept, the files beside it are not kept either: they are loaded for those who can wait.
        let mayLoad = files[file].isListed || mayWait
        // Its variants are of no use without it.
        files[file].wasUsed = true
        var pending: FileSlot?
        for coding in preference where site.codings.uses(coding) {
            let index = Int(coding.rawValue)
            if files[file].variants[index] == .present {
                if let variant = variant(of: file, coding) {
                    if files[variant].stage == .ready { return .ready(variant) }
                    if mayWait, files[variant].stage != .making { return .awaited(variant) }
                    pending = pending ?? variant
                    continue
                }
                // It was dropped to make room, or not kept.
                files[file].variants[index] = .unknown
            }
            switch files[file].variants[index] {
            case .unknown where mayLoad:
                let variant = loadVariant(of: file, coding)
                // What lies beside the file is known in a moment.
                if mayWait, let variant { return .awaited(variant) }
                pending = pending ?? variant
            case .missing where pending == nil && makesVariants(of: file):
                pending = makeVariant(of: file, coding)
            case .unknown, .missing, .never, .present:
                break
            }
        }
        if preference.allowsIdentity { return .ready(file) }
        return pending.map { .awaited($0) } ?? .unacceptable
    }

    /// True when a variant of a file is made where none lies beside it.
    private func makesVariants(of file: FileSlot) -> Bool {
        files[file].isCompressible && files[file].isListed && site.codings.makesVariant(of: files[file].size)
    }

    // MARK: Making

    private func insertVariant(of file: FileSlot, _ coding: ContentCoding, path: [UInt8]) -> FileSlot? {
        let key = FileKey(policy: files[file].key.policy, coding: coding)
        // One entry for a key: of two, a change would unlist one.
        if let orphan = listed(file, coding) { files.unlist(orphan) }
        // The original must not be dropped to make room for its own variant.
        files.pin(file)
        defer { files.unpin(file) }
        let entry = files[file].withName {
            CachedFile(
                name: $0,
                path: path,
                key: key,
                hash: files.hash($0, key),
                version: files[file].version
            )
        }
        guard let variant = files.insert(entry) else { return nil }
        files[variant].setSource(files.key(file))
        files[file].variants[Int(coding.rawValue)] = .present
        files.pin(variant)
        if !files[file].isListed {
            files.unlist(variant)
            files[variant].pinsSource = true
            files.pin(file)
        }
        return variant
    }

    /// Looks for a file beside the original that holds the variant.
    private func loadVariant(of file: FileSlot, _ coding: ContentCoding) -> FileSlot? {
        let path = files[file].pathBytes + Array("\(coding.suffix)".utf8)
        guard let variant = insertVariant(of: file, coding, path: path) else { return nil }
        open(variant, .withoutLinks)
        return variant
    }

    /// Has the variant made.
    private func makeVariant(of file: FileSlot, _ coding: ContentCoding) -> FileSlot? {
        guard let content = files[file].content else { preconditionFailure("a loaded file has been looked at") }
        let path = files[file].pathBytes
        guard let variant = insertVariant(of: file, coding, path: path) else { return nil }
        files[variant].stage = .making
        files[variant].watch = files[file].watch
        let source = VariantSource(folder: root(of: file), path: path, coding: coding, content: content)
        let key = files.key(variant)
        let answer = site.variants.request(source, beneath: folder(of: file), posts, key)
        // Not taken at once: it may not be kept, and who asks for it now would miss it.
        if case .pending = answer { return variant }
        posts.post(.variantMade(key, answer))
        return variant
    }

    /// The pool has made a variant, or has not.
    func variantMade(_ key: CompletionKey, _ answer: VariantMaker.Answer) {
        guard let variant = files.slot(of: key), files[variant].stage == .making else {
            preconditionFailure("an entry stays while it is being made")
        }
        switch answer {
        case .made(let bytes): take(bytes, for: variant)
        case .outdated:
            if let original = original(of: variant) { files.unlist(original) }
            loadEnded(variant, .missing)
        case .refused: loadEnded(variant, .refused(.poolFull))
        case .pending: preconditionFailure("what is posted is a result")
        }
    }

    /// Takes what was made of the original, if that is still what it was.
    private func take(_ bytes: SharedBytes?, for variant: FileSlot) {
        guard let original = original(of: variant) else { return loadEnded(variant, .missing) }
        guard let bytes else {
            if let coding = files[variant].key.contentCoding {
                files[original].variants[Int(coding.rawValue)] = .never
            }
            return loadEnded(variant, .missing)
        }
        describe(variant)
        let source = (files[original].content, files[original].validators)
        files[variant].take(bytes, of: source, inlineSizeMax: site.limits.inlineBodySizeMax)
        loadEnded(variant, .ready)
    }

    /// The original of a variant, if it still answers requests.
    func original(of variant: FileSlot) -> FileSlot? {
        guard let source = files[variant].source, let original = files.slot(of: source) else { return nil }
        return files[original].isListed || files[original].isUnkept ? original : nil
    }

    /// Looking for a variant's file has ended without one: it may be made.
    func variantMissed(_ variant: FileSlot) {
        guard let original = original(of: variant), let coding = files[variant].key.contentCoding else { return }
        let index = Int(coding.rawValue)
        if files[original].variants[index] == .present {
            files[original].variants[index] = files[variant].stage == .making ? .unknown : .missing
        }
    }
}
