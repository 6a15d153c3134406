/// A part of a site that asks for a user and a password. Any thread reads it, nobody changes it while the server runs.

/// A realm of RFC 7617.
struct Realm: Sendable {
    /// As it stands between quotation marks.
    let name: [UInt8]

    init(_ rule: ProtectionRule, _ configuration: ServerConfiguration) throws(StartError) {
        name = Array(rule.realm.utf8)
    }
}
