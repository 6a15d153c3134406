/// The choices about a site's answers, as the configuration says it. Pure values; the main thread.
///
/// `SitePolicy` is made of these at the start; workers read that.

internal import Platform

/// The rules of one site: the default one's, or those of a virtual host.
package struct SiteRules: Sendable, Equatable {
    package var files = FileRules()
    package var security = SecurityRules()
    /// Fields that are set, in this order, so that a later rule has the last word about a name.
    package var fields: [FieldRule] = []
    package var crossOrigin = CrossOriginRules()
    package var redirects: [RedirectRule] = []
    package var rewrites: [RewriteRule] = []
    package var protections: [ProtectionRule] = []

    package init() {}

    /// Bytes that the fields of an answer take at most.
    var fieldsSizeMax: Int {
        let policies = security.referrerPolicy.utf8.count + security.frameOptions.utf8.count
        let security = 128 + policies + security.contentSecurityPolicy.utf8.count
        // `Cache-Control: no-store`, or `private` where nothing is configured.
        let caching = 32
        let rules = fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }
        let lists = [crossOrigin.methods, crossOrigin.fields, crossOrigin.exposed].flatMap { $0 }
        return security + caching + rules + 256 + lists.reduce(0) { $0 + $1.utf8.count + 2 }
    }
}

/// Rules for the names of a site that are files, and for looking them up.
package struct FileRules: Sendable, Equatable {
    /// The treatment of symbolic links.
    package enum Symlinks: String, Sendable, CaseIterable {
        /// A path that leads through one is not there.
        case refuse
        /// Followed as long as they stay beneath the folder that is served.
        case inside
        /// Followed wherever they lead.
        case follow

        /// The way in which a path with links is opened.
        var rule: OpenRule {
            switch self {
            case .refuse: .withoutLinks
            case .inside: .withLinksInside
            case .follow: .withLinks
            }
        }
    }

    /// The folder that is served, relative to the site's root or absolute.
    package var www = "www"
    /// Names that answer for a folder, the first that is there.
    package var index = ["index.html"]
    /// `/about` is answered by `about.html`.
    package var cleanURLs = false
    /// The path of the file that answers for every address that is nothing else, as a single-page application needs it;
    /// empty for none.
    package var fallback = ""
    /// Folders without an index are listed.
    package var listing = false
    /// Names that begin with a dot are served.
    package var hidden = false
    package var symlinks = Symlinks.refuse

    package init() {}
}

/// Rules for coding content for clients that take that.
package struct CompressionRules: Sendable, Equatable {
    /// True when the server makes variants itself; files beside the original count in any case.
    package var isEnabled = true
    /// Names of content codings that are used: `br`, `zstd`, `gzip`.
    package var codings = ["br", "zstd", "gzip"]
    /// Bytes of a file below which coding it does not pay.
    package var sizeMin = 256
    /// Bytes of a file above which the server makes no variant.
    package var sizeMax = 8 * 1024 * 1024
    /// Bytes of the variants that are kept, of all workers together.
    package var cacheSizeMax = 64 * 1024 * 1024

    package init() {}
}

/// The sources of files' media types.
package struct MediaTypeRules: Sendable, Equatable {
    /// A file in the form of Debian's `/etc/mime.types`; it may be missing.
    package var file = "/etc/mime.types"
    /// Types by extension, without its dot, that count more than any other.
    package var types: [String: String] = [:]

    package init() {}
}

/// The fields that tell browsers to be careful; an empty value sends no field.
package struct SecurityRules: Sendable, Equatable {
    /// True when `X-Content-Type-Options: nosniff` is sent.
    package var contentTypeOptions = true
    package var referrerPolicy = "strict-origin-when-cross-origin"
    package var frameOptions = "SAMEORIGIN"
    package var contentSecurityPolicy = ""

    package init() {}
}

/// A response field for some of the answers.
package struct FieldRule: Sendable, Equatable {
    /// A pattern of paths (`PathGlob`); `nil` for all.
    package var path: String?
    /// A media type, or all of a kind as `image/*`; `nil` for all.
    package var type: String?
    /// Statuses of answers that are no file's, of `Caching.storableStatuses`; empty for files, and for all answers where the
    /// field is not about caching and neither path nor type is given.
    package var status: [Int] = []
    package var name: String
    /// Empty: the field is not sent.
    package var value: String

    package init(path: String? = nil, type: String? = nil, status: [Int] = [], name: String, value: String) {
        self.path = path
        self.type = type
        self.status = status
        self.name = name
        self.value = value
    }
}

/// The rights of pages of other origins (CORS, the Fetch standard §3.2).
package struct CrossOriginRules: Sendable, Equatable {
    /// Origins as `https://example.com`, or `*` alone; empty: the server says nothing about it.
    package var origins: [String] = []
    package var methods = ["GET", "HEAD", "POST"]
    /// Names of request fields that are allowed beyond the simple ones.
    package var fields: [String] = []
    /// Names of response fields that scripts may read beyond the simple ones.
    package var exposed: [String] = []
    package var credentials = false
    /// Seconds for which a browser may remember the answer.
    package var maxAge = 600

    package init() {}
}

/// An address that has moved.
package struct RedirectRule: Sendable, Equatable {
    /// A path; one that ends with `*` stands for all that begin so.
    package var from: String
    /// A path or a URI; a `*` at its end takes what the one of `from` stood for.
    package var to: String
    /// 301, 302, 303, 307 or 308.
    package var status: Int

    package init(from: String, to: String, status: Int = 308) {
        self.from = from
        self.to = to
        self.status = status
    }
}

/// An address that is answered as if it were another.
package struct RewriteRule: Sendable, Equatable {
    package var from: String
    package var to: String

    package init(from: String, to: String) {
        self.from = from
        self.to = to
    }
}

/// Addresses that ask for a user and a password (RFC 7617).
package struct ProtectionRule: Sendable, Equatable {
    /// A pattern of paths (`PathGlob`).
    package var path: String
    package var realm: String
    /// A file of `user:hash` lines, relative to the site's root or absolute.
    package var file: String
    /// Shared caches may keep what is guarded, and give it to whoever asks.
    package var sharesCache: Bool

    package init(path: String, realm: String, file: String, sharesCache: Bool = false) {
        self.path = path
        self.realm = realm
        self.file = file
        self.sharesCache = sharesCache
    }
}

/// A virtual host: rules of its own for some names of the Host field.
package struct HostRules: Sendable, Equatable {
    /// Names without a port, lower-case; one may begin with `*.`.
    package var names: [String]
    /// The address to which every request is sent, as `https://example.com`; empty to answer them.
    package var redirectTo = ""
    package var rules: SiteRules

    package init(names: [String], rules: SiteRules) {
        self.names = names
        self.rules = rules
    }
}
