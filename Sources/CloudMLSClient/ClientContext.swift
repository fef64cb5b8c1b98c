public import KeyHierarchy

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
    package let keyring: Keyring
    package let local: any LocalState

    package init(
        userName: UserName, environment: ClientEnvironment, authDelivery: any AuthDeliveryService,
        keyStore: any KeyStoreService, storeID: StoreID, keyring: Keyring, local: any LocalState,
        notices: [SignInNotice] = []
    ) {
        self.userName = userName
        self.environment = environment
        self.authDelivery = authDelivery
        self.authDeliveryOrigin = authDelivery.origin
        self.keyStore = keyStore
        self.keyStoreOrigin = keyStore.origin
        self.storeID = storeID
        self.keyring = keyring
        self.sealed = SealedStore(service: keyStore, sealer: ObjectSealer(storeID: storeID, keyring: keyring))
        self.local = local
        self.notices = notices
    }

    /// Opens the profile and the anchors.
    package var profileKey: ProfileKey { keyring.profileKey }
}

/// Something that does not stop a sign-in and that the user should see.
public enum SignInNotice: Hashable, Sendable {
    /// The password is hashed in a way that is no longer recommended: change the password to renew it.
    case weakPasswordHash
    /// The key store was restored from a backup since it was last seen.
    case keyStoreRestored
    /// The ways into the key store are other ones than the anchor says: a change was cut short, or the key store brought
    /// an old one back.
    case waysInDiffer
}
