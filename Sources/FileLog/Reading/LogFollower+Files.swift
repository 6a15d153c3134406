/// Files that get the name of a followed log, and lose it. Used by one thread, that of `ringport tail`.

internal import Glibc
internal import Platform

extension LogFollower {
    /// Opens the files that got the name since the last look, also those that have lost it again.
    func noticeNewFiles() {
        watch.readEvents()
        openTold()
        guard !watch.holders.isChanged else { return }
        watch.renewFolder()
        openNamed()
    }

    /// Opens the file that has the name now.
    func openNamed() {
        let named = named()
        guard let named, files.last?.file.identity != named else { return }
        // What events tell goes first: they know the files between.
        watch.readEvents()
        guard !watch.holders.isChanged else { return }
        do throws(SystemError) {
            guard let file = try ReadableLog(path: path) else { return }
            follow(file)
        } catch {
            say("\(error); trying again")
        }
    }

    /// The identity of the file that has the name; `nil` when there is none that can be followed.
    private func named() -> ReadableLog.Identity? {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else {
            if errno != ENOENT, errno != ENOTDIR { say("\(SystemError("open \(path)")); trying again") }
            return nil
        }
        guard status.st_mode & S_IFMT != S_IFDIR else {
            say("\(path) is a folder; waiting for a file of this name")
            return nil
        }
        return ReadableLog.Identity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    }

    /// Opens files by the names that their folder told, no more at a time than may be open.
    private func openTold() {
        // A file may be renamed between the event and its opening: then its new name is an event again.
        for _ in 0..<8 where watch.holders.isChanged {
            let names = Array(watch.holders.names.prefix(max(0, limits.openFilesMax - files.count)))
            guard !names.isEmpty else { return }
            for name in names where !name.isEmpty {
                // One that may not be read is told of when it is looked at, if it still has the name.
                if let file = try? watch.open(name) { follow(file) }
            }
            watch.readEvents()
            if watch.holders.names.starts(with: names) { return watch.forget(names.count) }
        }
    }

    /// Takes a file as the youngest, to be read when those before it are finished.
    private func follow(_ file: ReadableLog) {
        lastNote = ""
        if let known = files.firstIndex(where: { $0.file.identity == file.identity }) {
            files.append(files.remove(at: known))
            return
        }
        file.resume(places)
        let followed = FollowedFile(file, now: .now)
        followed.watch = watch.add(file)
        files.append(followed)
    }

    // MARK: Letting go

    /// Closes the files that nothing more is expected of.
    func closeSurplus(_ body: (Span<UInt8>) -> Void) {
        let now = Instant.now
        let states = files.map { file in
            // A file that the kernel says nothing of is decided on by its reading.
            (try? file.state(now: now, quietAfter: limits.lookInterval)) ?? HeldFile()
        }
        // There is room for the next.
        for place in HeldFiles.surplus(states, max: limits.openFilesMax - 1) { close(at: place, body) }
    }

    /// Closes a file, and remembers how far it was read.
    func close(at index: Int, _ body: (Span<UInt8>) -> Void) {
        let followed = files.remove(at: index)
        followed.finish(body)
        watch.remove(&followed.watch)
        guard let place = followed.file.place() else { return }
        places.removeAll { $0.identity == place.identity }
        places.append(place)
        if places.count > limits.placesMax { places.removeFirst() }
    }

    /// Tells a person something, once.
    func say(_ text: String) {
        guard text != lastNote else { return }
        lastNote = text
        note(text)
    }
}
