/// The result of reading a configuration's text. A value; any thread.

package import Server

/// The configuration that a text describes, and all that is wrong with the text.
package struct ConfigurationReading {
    /// The values of the text where it is right; the defaults elsewhere.
    package var configuration: ServerConfiguration
    /// In the order of their lines; empty for a text that can be used.
    package var errors: [ConfigurationError] = []
    /// False when the text is no TOML, so that nothing of it counts.
    package var isReadable = true
    /// True when there was a file, and it was not empty.
    package var hasText = false

    /// The full names of the keys whose values were not taken.
    package var wrongKeys: Set<String> { Set(errors.compactMap(\.key)) }
}
