package import KeyHierarchy

/// What a user signs in with.
package enum WayIn: Sendable {
    /// The password, which the executor holds and hashes.
    case password
    case recovery(RecoveryCode)
    case device(DeviceKeys)
}
