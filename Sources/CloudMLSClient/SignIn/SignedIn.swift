package import CloudMLSAPI
package import KeyHierarchy

/// What signing up and signing in end with.
package struct SignedIn: Sendable {
    package var authDeliveryServerID: ServerID
    package var profileID: ProfileID
    package var profile: Profile
    package var keyStoreOrigin: Origin
    package var dataKey: DataKey
    package var keyring: Keyring
    package var keyringRevision: Revision
    package var notices: [SignInNotice]
}

/// What the key store gives after the login.
package struct StoreContents: Sendable {
    package var slots: [StoredSlot]
    package var keyring: StoredKeyring
    /// 16 bytes.
    package var incarnation: [UInt8]
    /// The addresses that the key store says it has; empty where it was not asked.
    package var origins: [Origin]

    package init(
        slots: [StoredSlot], keyring: StoredKeyring, incarnation: [UInt8], origins: [Origin] = []
    ) {
        self.slots = slots
        self.keyring = keyring
        self.incarnation = incarnation
        self.origins = origins
    }
}

extension StoredSession {
    /// The session that a device stores: without tokens, which its keeper has.
    package init(_ signedIn: SignedIn, userName: UserName, origin: Origin) {
        self.init(
            authDelivery: Server(
                origin: origin, serverID: signedIn.authDeliveryServerID, certificatePin: nil, userName: userName,
                tokens: nil),
            keyStore: Server(
                origin: signedIn.keyStoreOrigin, serverID: signedIn.profile.serverID,
                certificatePin: signedIn.profile.certificatePin, userName: signedIn.profile.userName, tokens: nil),
            storeID: signedIn.profile.storeID, profileID: signedIn.profileID, dataKey: signedIn.dataKey,
            keyringRevision: signedIn.keyringRevision, keyring: signedIn.keyring)
    }
}

extension ServerPins {
    package init(_ signedIn: SignedIn) {
        self.init(
            authDeliveryServerID: signedIn.authDeliveryServerID, storeID: signedIn.profile.storeID,
            storePublicKey: signedIn.profile.storePublicKey, moveCounter: signedIn.profile.moveCounter,
            keyringRevision: signedIn.keyringRevision)
    }
}
