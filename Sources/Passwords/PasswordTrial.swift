/// One comparison of a password. A value; made on any thread, run on one that may take its time.

internal import CCrypt

/// A password and all that it is hashed with.
package struct PasswordTrial: Sendable {
    /// The user's hash; `nil` for a user that the file does not have.
    private let hash: [CChar]?
    /// Settings that a wrong password is hashed with as well.
    private let settings: [[CChar]]
    private let password: [CChar]
    /// False for a password that crypt(3) would take for a shorter one.
    private let isWhole: Bool

    /// Bytes from which on crypt(3) takes no password, whatever the hash.
    private static let passwordSizeMax = 512

    init(hash: [CChar]?, settings: [[CChar]], password: [UInt8]) {
        self.hash = hash
        self.settings = settings
        // A NUL would end it.
        isWhole = !password.contains(0)
        // As many bytes as crypt(3) refuses are as good as more, and a trial that waits is no larger.
        self.password = password.prefix(Self.passwordSizeMax).map { CChar(bitPattern: $0) } + [0]
    }

    /// True when the password is the user's.
    ///
    /// - Complexity: a wrong one costs what the costliest hash of its file does, a tenth of a second with what `htpasswd -B -C 11`
    ///   makes, whether the user is known or not; a right one what its own hash does.
    package func run() -> Bool { run(Self.compare) }

    /// The same by another function than crypt(3), which gets the password and a hash or a setting.
    func run(_ compare: (_ password: [CChar], _ hash: [CChar]) -> Bool) -> Bool {
        if let hash, compare(password, hash), isWhole { return true }
        // No setting has a hash behind it that anything could be equal to.
        for setting in settings { _ = compare(password, setting) }
        return false
    }

    private static func compare(_ password: [CChar], _ hash: [CChar]) -> Bool {
        unsafe password.withUnsafeBufferPointer { password in
            unsafe hash.withUnsafeBufferPointer { hash in
                // Both end with a NUL and stay in place during the call.
                guard let password = password.baseAddress, let hash = hash.baseAddress else { return false }
                return unsafe ringport_password_has_hash(password, hash) == 1
            }
        }
    }
}
