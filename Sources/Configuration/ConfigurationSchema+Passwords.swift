/// The keys of `[limits]` about guesses at passwords. The main thread.

internal import Server

extension ConfigurationSchema {
    static var passwordLimits: [ConfigurationKey<Limits>] {
        [
            ConfigurationKey(
                "wrong_passwords_max",
                \.wrongPasswordsMax,
                .count(1...10_000),
                """
                Passwords of one address (of IPv6, one /64) that may be wrong, for all workers together. Then passwords from \
                there are refused with 429, but for those of users who were let in. Behind a proxy name it in \
                `server.proxies`, so that the visitor's address counts; without that, a proxy on this machine that names \
                visitors, and one at a Unix socket, may be wrong any number of times.
                """
            ),
            ConfigurationKey(
                "wrong_password_interval",
                \.wrongPasswordInterval,
                .seconds,
                "Seconds after which one more password of an address may be wrong."
            ),
        ]
    }
}
