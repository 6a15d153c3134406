/// A pool thread that a test holds as long as it likes. Test threads.

import Glibc
import Harness
import Platform
import Testing

/// A call of the trial handler that holds a thread of the pool until it is opened (`/trial/gate`).
///
/// It waits for a FIFO.
final class HandlerGate {
    private let path: String
    private let holder: Client
    private var writer: Int32 = -1

    /// Returns when the thread is held.
    init(_ server: ServerProcess, _ site: TestSite) throws {
        path = site.root + "/gate"
        guard unsafe mkfifo(path, 0o600) == 0 else { throw HarnessError.system("mkfifo \(path)") }
        holder = try Client(server)
        try holder.send(Request.get("/trial/gate?\(path)"))
        let deadline = Instant.now.advanced(by: .seconds(20))
        while writer < 0 {
            // ENXIO as long as nobody is there to read (fifo(7)).
            writer = unsafe Glibc.open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
            guard writer >= 0 || errno == ENXIO else { throw HarnessError.system("open \(path)") }
            guard Instant.now < deadline else { throw HarnessError("nobody came to the gate") }
            sched_yield()
        }
    }

    deinit {
        if writer >= 0 { _ = Glibc.close(writer) }
    }

    func open() throws {
        _ = Glibc.close(writer)
        writer = -1
        try #expect(holder.readResponse().text == "open\n")
    }
}
