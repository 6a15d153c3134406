/// The media types of files, by the extension of their names. Pure; a completion worker, when a file is first opened.

/// The table of types every site needs; `text/*` comes with its charset, since all text of today is UTF-8.
package enum MediaType {
    /// What is sent for a file of which nothing is known: bytes.
    package static var unknown: StaticString { "application/octet-stream" }

    /// The type of files whose names end with a dot and `name`, letters compared without case.
    ///
    /// - Complexity: Linear in the table. A file's type is looked up once, when it enters the cache.
    package static func forExtension(_ name: Span<UInt8>) -> StaticString { known(name) ?? unknown }

    /// The same; `nil` when the table knows nothing of it.
    static func known(_ name: Span<UInt8>) -> StaticString? {
        for (candidate, type) in table where ByteScan.equals(name, ignoringCase: candidate) { return type }
        return nil
    }

    /// Whether content of a type gets smaller by being coded.
    ///
    /// - Parameter type: with or without parameters, in any case.
    /// - Returns: true for text, and for what is text or bare numbers under another name.
    package static func isCompressible(_ type: Span<UInt8>) -> Bool {
        if ByteScan.matches(type, at: 0, ignoringCase: "text/") { return true }
        let end = ByteScan.firstIndex(of: Ascii.semicolon, in: type, from: 0, to: type.count)
        let name = type.extracting(0..<end)
        for suffix in compressibleSuffixes where end > suffix.utf8CodeUnitCount {
            if ByteScan.matches(name, at: end - suffix.utf8CodeUnitCount, ignoringCase: suffix) { return true }
        }
        for candidate in compressibleTypes where ByteScan.equals(name, ignoringCase: candidate) { return true }
        return false
    }

    private static let compressibleSuffixes: [StaticString] = ["+json", "+xml"]
    private static let compressibleTypes: [StaticString] = [
        "application/geo+json", "application/javascript", "application/json", "application/postscript",
        "application/rtf", "application/toml", "application/vnd.apple.mpegurl", "application/vnd.ms-fontobject",
        "application/wasm", "application/x-javascript", "application/x-ndjson", "application/x-pem-file",
        "application/x-tar", "application/xml", "application/yaml", "font/otf", "font/ttf", "image/bmp", "image/x-icon",
        "image/vnd.microsoft.icon", "message/rfc822", "model/gltf-binary",
    ]

    private static let table: [(StaticString, StaticString)] = [
        ("aac", "audio/aac"),
        ("apng", "image/apng"),
        ("atom", "application/atom+xml"),
        ("avif", "image/avif"),
        ("avi", "video/x-msvideo"),
        ("bin", "application/octet-stream"),
        ("bmp", "image/bmp"),
        ("br", "application/octet-stream"),
        ("bz2", "application/x-bzip2"),
        ("cjs", "text/javascript; charset=utf-8"),
        ("conf", "text/plain; charset=utf-8"),
        ("css", "text/css; charset=utf-8"),
        ("csv", "text/csv; charset=utf-8"),
        ("cur", "image/x-icon"),
        ("deb", "application/vnd.debian.binary-package"),
        ("diff", "text/x-diff; charset=utf-8"),
        ("dmg", "application/x-apple-diskimage"),
        ("doc", "application/msword"),
        ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("eml", "message/rfc822"),
        ("eot", "application/vnd.ms-fontobject"),
        ("eps", "application/postscript"),
        ("epub", "application/epub+zip"),
        ("exe", "application/octet-stream"),
        ("flac", "audio/flac"),
        ("flv", "video/x-flv"),
        ("geojson", "application/geo+json"),
        ("gif", "image/gif"),
        ("glb", "model/gltf-binary"),
        ("gltf", "model/gltf+json"),
        ("gpx", "application/gpx+xml"),
        ("gz", "application/gzip"),
        ("heic", "image/heic"),
        ("heif", "image/heif"),
        ("htm", "text/html; charset=utf-8"),
        ("html", "text/html; charset=utf-8"),
        ("ico", "image/x-icon"),
        ("ics", "text/calendar; charset=utf-8"),
        ("img", "application/octet-stream"),
        ("ini", "text/plain; charset=utf-8"),
        ("iso", "application/octet-stream"),
        ("jar", "application/java-archive"),
        ("jpeg", "image/jpeg"),
        ("jpg", "image/jpeg"),
        ("js", "text/javascript; charset=utf-8"),
        ("json", "application/json"),
        ("jsonld", "application/ld+json"),
        ("jxl", "image/jxl"),
        ("kml", "application/vnd.google-earth.kml+xml"),
        ("kmz", "application/vnd.google-earth.kmz"),
        ("log", "text/plain; charset=utf-8"),
        ("m3u8", "application/vnd.apple.mpegurl"),
        ("m4a", "audio/mp4"),
        ("m4v", "video/mp4"),
        ("map", "application/json"),
        ("markdown", "text/markdown; charset=utf-8"),
        ("md", "text/markdown; charset=utf-8"),
        ("mid", "audio/midi"),
        ("midi", "audio/midi"),
        ("mjs", "text/javascript; charset=utf-8"),
        ("mkv", "video/matroska"),
        ("mov", "video/quicktime"),
        ("mp3", "audio/mpeg"),
        ("mp4", "video/mp4"),
        ("mpd", "application/dash+xml"),
        ("mpeg", "video/mpeg"),
        ("mpg", "video/mpeg"),
        ("ndjson", "application/x-ndjson"),
        ("odp", "application/vnd.oasis.opendocument.presentation"),
        ("ods", "application/vnd.oasis.opendocument.spreadsheet"),
        ("odt", "application/vnd.oasis.opendocument.text"),
        ("oga", "audio/ogg"),
        ("ogg", "audio/ogg"),
        ("ogv", "video/ogg"),
        ("opus", "audio/ogg"),
        ("otf", "font/otf"),
        ("pdf", "application/pdf"),
        ("pem", "application/x-pem-file"),
        ("png", "image/png"),
        ("ppt", "application/vnd.ms-powerpoint"),
        ("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
        ("ps", "application/postscript"),
        ("rar", "application/vnd.rar"),
        ("rpm", "application/x-rpm"),
        ("rss", "application/rss+xml"),
        ("rtf", "application/rtf"),
        ("svg", "image/svg+xml"),
        ("svgz", "image/svg+xml"),
        ("tar", "application/x-tar"),
        ("tgz", "application/gzip"),
        ("tif", "image/tiff"),
        ("tiff", "image/tiff"),
        ("toml", "application/toml"),
        ("ts", "video/mp2t"),
        ("tsv", "text/tab-separated-values; charset=utf-8"),
        ("ttf", "font/ttf"),
        ("txt", "text/plain; charset=utf-8"),
        ("vcf", "text/vcard; charset=utf-8"),
        ("vtt", "text/vtt; charset=utf-8"),
        ("wasm", "application/wasm"),
        ("wav", "audio/wav"),
        ("weba", "audio/webm"),
        ("webm", "video/webm"),
        ("webmanifest", "application/manifest+json"),
        ("webp", "image/webp"),
        ("woff", "font/woff"),
        ("woff2", "font/woff2"),
        ("xhtml", "application/xhtml+xml"),
        ("xls", "application/vnd.ms-excel"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("xml", "application/xml"),
        ("xz", "application/x-xz"),
        ("yaml", "application/yaml"),
        ("yml", "application/yaml"),
        ("7z", "application/x-7z-compressed"),
        ("zip", "application/zip"),
        ("zst", "application/zstd"),
    ]
}
