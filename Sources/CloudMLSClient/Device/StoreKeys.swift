package import KeyHierarchy

/// The keys of a user's store at one revision of the keyring.
package struct StoreKeys: Sendable, Equatable {
    /// Opens this keyring.
    package var dataKey: DataKey
    package var keyring: Keyring
    package var revision: Revision

    package init(dataKey: DataKey, keyring: Keyring, revision: Revision) {
        self.dataKey = dataKey
        self.keyring = keyring
        self.revision = revision
    }

    /// Whether a rotation has begun that is not finished: there are objects under more than one key.
    package var isRotating: Bool { keyring.objectKeys.count > 1 }
}
