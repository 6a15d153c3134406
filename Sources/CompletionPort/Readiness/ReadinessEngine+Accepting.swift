/// Accepts that are posted, as many as a worker wants clients. The worker that owns the port.
///
/// DESIGN. A listener is watched as long as accepts are posted on it, level by level, since other ports share it and leave what
/// they have no accept for. EPOLLEXCLUSIVE wakes one port for a client, and not all. It can't be changed afterwards: a port that
/// wants no more clients takes the listener out of its set, and puts it back behind the others when it wants some again.

internal import CPlatform
internal import Glibc
internal import Platform

/// A listening socket with the accepts that are posted on it.
@safe
struct WatchedListener {
    @safe struct Post {
        let key: CompletionKey
        let address: UnsafeMutableRawPointer
        let length: UnsafeMutablePointer<UInt32>
    }

    let descriptor: Int32
    /// Those that were posted first come first.
    var posts: [Post] = []
    var isWatched = false
}

extension ReadinessEngine {
    func accept(_ listener: Int32, _ addresses: borrowing PeerAddresses, at index: Int, _ key: CompletionKey) {
        let (address, length) = unsafe addresses.prepare(index)
        let post = unsafe WatchedListener.Post(key: key, address: UnsafeMutableRawPointer(address), length: length)
        hasChangedListeners = true
        if let place = listeners.firstIndex(where: { $0.descriptor == listener }) {
            return listeners[place].posts.append(post)
        }
        var watched = WatchedListener(descriptor: listener)
        watched.posts.append(post)
        listeners.append(watched)
    }

    func cancelAccept(_ key: CompletionKey, on listener: Int32) -> Bool {
        guard let place = listeners.firstIndex(where: { $0.descriptor == listener }),
            let post = listeners[place].posts.firstIndex(where: { $0.key == key })
        else { return false }
        listeners[place].posts.remove(at: post)
        hasChangedListeners = true
        return true
    }

    /// Watches the listeners on which accepts are posted, and no others.
    func watchListeners() {
        hasChangedListeners = false
        for place in listeners.indices.reversed() {
            let wants = !listeners[place].posts.isEmpty
            let isWatched = listeners[place].isWatched
            if wants, !isWatched {
                watchListener(place)
            } else if !wants {
                // ENOENT, EBADF: it is closed already, and so is not watched either.
                if isWatched { _ = ringport_epoll_remove(epoll.rawValue, listeners[place].descriptor) }
                listeners.remove(at: place)
            }
        }
    }

    private func watchListener(_ place: Int) {
        let listener = listeners[place].descriptor
        // accept(2) has no flag for a single call. The ports that share a listener are all of one engine.
        var status = fcntl(listener, F_GETFL)
        if status >= 0, status & O_NONBLOCK == 0 { status = fcntl(listener, F_SETFL, status | O_NONBLOCK) }
        if status < 0 {
            status = -errno
        } else {
            let data = Self.listenerBit | UInt64(listener)
            let events: ReadyEvents = [.input, .exclusive]
            status = ringport_epoll_add(epoll.rawValue, listener, events.rawValue, data)
        }
        guard status < 0 else {
            listeners[place].isWatched = true
            return
        }
        // ENOSPC, the user's watches, is a lack like others: whoever posts waits a moment.
        let result = status == -ENOSPC ? -ENOMEM : status
        for post in listeners[place].posts { fail(.accept, post.key, result) }
        listeners[place].posts.removeAll()
        hasChangedListeners = true
    }

    /// Accepts as many of those who wait as accepts are posted.
    func listenerReady(_ listener: Int32, _ found: ReadyEvents) {
        guard let place = listeners.firstIndex(where: { $0.descriptor == listener }) else { return }
        while let post = listeners[place].posts.first {
            let result = unsafe ringport_accept(listener, post.address, post.length)
            if result == -EINTR { continue }
            // A Unix listener that is shut tells a call which does not wait that nobody is there.
            let isShut = result == -EAGAIN && found.contains(.hangUp)
            if result == -EAGAIN, !isShut { return }
            listeners[place].posts.removeFirst()
            hasChangedListeners = true
            packets.append(CompletionPacket(.accept, post.key, result: isShut ? -EINVAL : result))
            // What is wrong with this client may be so with the next, and the worker knows what to do: the others wait on.
            if result < 0 { return }
        }
    }
}
