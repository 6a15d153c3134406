/// What is fuzzed: each target takes any bytes and traps when what comes of them breaks an invariant. Any thread.
///
/// `make fuzz` feeds them with libFuzzer; `FuzzTests` feeds them with the inputs that were kept.

/// A part of the program that meets bytes of strangers.
public enum FuzzTarget: String, CaseIterable, Sendable {
    case head, chunks, path, fields, multipart, urlencoded, json, encodings, forms, configuration

    /// Runs the target once.
    ///
    /// - Precondition: whatever the bytes are, the target's invariants hold.
    public func run(_ bytes: [UInt8]) {
        switch self {
        case .head: fuzzHead(bytes)
        case .chunks: fuzzChunks(bytes)
        case .path: fuzzPath(bytes)
        case .fields: fuzzFields(bytes)
        case .multipart: fuzzMultipart(bytes)
        case .urlencoded: fuzzURLEncoded(bytes)
        case .json: fuzzJSON(bytes)
        case .encodings: fuzzEncodings(bytes)
        case .forms: fuzzForms(bytes)
        case .configuration: fuzzConfiguration(bytes)
        }
    }
}
