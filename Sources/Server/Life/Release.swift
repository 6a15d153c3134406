/// The version of Ringport. A constant; any thread.

package enum Release {
    package static let version = "0.1.0"
}
