public import KeyHierarchy
import MLSCodec

/// A signed-in user: both servers, the keys, and what the device remembers. Operations on accounts, groups and messages
/// start from it.
public struct ClientContext: Sendable {
    /// The user's name at the auth-delivery server.
    public let userName: UserName
    /// The auth-delivery server's address.
    public let authDeliveryOrigin: Origin
    /// The key store's address.
    public let keyStoreOrigin: Origin
    /// What the user should know about this sign-in; empty after a resume.
    public let notices: [SignInNotice]
    package let environment: ClientEnvironment
    package let authDelivery: any AuthDeliveryService
    package let keyStore: any KeyStoreService
    package let sealed: SealedStore
    package let storeID: StoreID
    /// As it was when the context was made; `keys` has the newest one.
    package let keyring: Keyring
    package let keys: KeyringKeeper
    package let local: any LocalState
    /// The session as it was when the context was made: identities of servers and data, and the data key.
    let session: StoredSession
    /// Stores what changes in the session.
    let keeper: SessionKeeper

    init(
        _ session: StoredSession, keeper: SessionKeeper, environment: ClientEnvironment,
        authDelivery: any AuthDeliveryService, keyStore: any KeyStoreService, local: any LocalState,
        notices: [SignInNotice]
    ) {
        self.session = session
        self.keeper = keeper
        self.userName = session.userName
        self.environment = environment
        self.authDelivery = authDelivery
        self.authDeliveryOrigin = authDelivery.origin
        self.keyStore = keyStore
        self.keyStoreOrigin = keyStore.origin
        self.storeID = session.storeID
        self.keyring = session.keyring
        let origin = authDelivery.origin
        keys = KeyringKeeper(
            StoreKeys(dataKey: session.dataKey, keyring: session.keyring, revision: session.keyringRevision),
            service: keyStore, storeID: session.storeID,
            deviceKey: {
                let name = DeviceKeys.localName(user: session.userName, at: origin)
                return try await local.read(name).flatMap { try? DeviceKeys(decoding: $0).store }
            },
            save: { new in
                try await keeper.adopt(new)
                try await local.raisePins(user: session.userName, at: origin, keyringRevision: new.revision)
            })
        self.sealed = SealedStore(service: keyStore, storeID: session.storeID, keys: keys)
        self.local = local
        self.notices = notices
    }

    /// The user's anchors at the auth-delivery server.
    var anchors: AnchorVault {
        AnchorVault(profileKey: profileKey, storeID: storeID, authDelivery: authDelivery, local: local)
    }

    /// Opens the profile and the anchors.
    package var profileKey: ProfileKey { keyring.profileKey }
}
