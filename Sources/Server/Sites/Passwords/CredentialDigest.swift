/// A user and a password as they are kept in mind: no one can read them back. A value; any thread.

internal import HTTP

/// Keyed digests (SipHash, twice, with a key of this process) of a realm with a user, and of these with a password.
///
/// They are made of what was decoded: one user and one password have one digest, however a client writes its field.
struct CredentialDigest: Hashable, Sendable {
    /// 128 bits.
    struct Part: Hashable, Sendable {
        private let first: Int
        private let second: Int

        init(realm: Int, _ texts: [UInt8]...) {
            var first = Hasher()
            var second = Hasher()
            first.combine(realm)
            second.combine(~realm)
            for text in texts {
                // With their lengths, so that no two pairs are one text.
                first.combine(text)
                second.combine(text)
            }
            self.first = first.finalize()
            self.second = second.finalize()
        }
    }

    /// The number of the realm (`Realm.number`).
    let realm: Int
    let user: Part
    let whole: Part

    init(realm: Int, _ credentials: BasicCredentials) {
        self.realm = realm
        user = Part(realm: realm, credentials.user)
        whole = Part(realm: realm, credentials.user, credentials.password)
    }

    static func == (one: CredentialDigest, other: CredentialDigest) -> Bool { one.whole == other.whole }

    func hash(into hasher: inout Hasher) { hasher.combine(whole) }
}
