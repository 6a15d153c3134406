/// The settings by which the sockets of all addresses are made. Pure values; any thread.

/// The configuration beside the addresses.
package struct ListenRules: Sendable, Equatable {
    /// Permissions of the file of a Unix socket: a user that may write it may connect.
    package var socketMode: UInt32 = 0o660
    /// Its owner, as `user`, `user:group` or `:group`; the server's user's and group's when empty.
    package var socketOwner = ""
    /// Addresses may be listened on that the machine does not have yet.
    package var bindsFreely = false

    package init() {}
}
