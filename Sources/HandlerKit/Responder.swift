/// The way to answer a request later. Any thread.

internal import CHandlerABI

/// Answers one request, once.
public struct Responder: Sendable {
    let host: Host
    let token: UInt64

    /// Sends the response.
    ///
    /// - Parameter response: what the client gets.
    /// - Returns: whether there was still a client to get it; false when the request has been answered, or its deadline
    ///   has passed, or the response is impossible.
    @discardableResult
    public func respond(_ response: Response) -> Bool {
        unsafe ABIResponse(response).withResponse { raw in
            unsafe host.table.pointee.respond(host.table, token, raw)
        } == Int32(RINGPORT_OK)
    }
}
