/// Other servers, which say nowhere that they are ready. Test threads.

import Glibc
import Platform

extension ChildProcess {
    /// Waits until the program accepts connections of this machine: it is asked until it does, or has ended.
    ///
    /// - Parameters:
    ///   - port: of 127.0.0.1.
    ///   - name: of the program, for the error.
    /// - Throws: when it does not start.
    package func waitUntilListening(port: UInt16, _ name: String) throws {
        let deadline = Instant.now.advanced(by: .seconds(20))
        while Instant.now < deadline {
            if let socket = try? Client.connect(port: port) {
                _ = close(socket)
                return
            }
            guard kill(processID, 0) == 0 else { break }
            sched_yield()
        }
        throw HarnessError("\(name) does not start: \(output)\(errors)")
    }
}
