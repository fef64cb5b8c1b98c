import CloudMLSAPI
package import KeyHierarchy
import MLSCodec

/// What the operations on accounts, groups and messages work with.
package struct Services: Sendable {
    package let environment: ClientEnvironment
    package let objects: any ObjectStore
    package let authDelivery: any AuthDeliveryService
    package let anchors: AnchorVault
    package let secrets: DerivedSecrets
    package let policy: MessagingPolicy
    /// What this device remembers.
    package let local: any LocalState
    /// Makes the names in `local`.
    package let localScope: LocalScope
    /// The key store's incarnation.
    package let storeIncarnation: @Sendable () async -> [UInt8]?

    package init(
        environment: ClientEnvironment, objects: any ObjectStore, authDelivery: any AuthDeliveryService,
        local: any LocalState, localScope: LocalScope, profileKey: ProfileKey, storeID: StoreID,
        policy: MessagingPolicy,
        storeIncarnation: @escaping @Sendable () async -> [UInt8]?
    ) {
        self.environment = environment
        self.objects = objects
        self.authDelivery = authDelivery
        self.anchors = AnchorVault(
            profileKey: profileKey, storeID: storeID, authDelivery: authDelivery, local: local)
        self.local = local
        self.localScope = localScope
        self.secrets = DerivedSecrets(profileKey: profileKey)
        self.policy = policy
        self.storeIncarnation = storeIncarnation
    }

    package init(context: ClientContext, policy: MessagingPolicy) {
        let keyStore = context.keyStore
        self.init(
            environment: context.environment, objects: context.sealed, authDelivery: context.authDelivery,
            local: context.local, localScope: LocalScope(user: context.userName, at: context.authDeliveryOrigin),
            profileKey: context.profileKey, storeID: context.storeID, policy: policy
        ) { await keyStore.incarnation() }
    }

    /// The key store's incarnation as anchors have it; zeros before its first answer.
    package func anchorIncarnation() async -> Incarnation {
        let zeros = [UInt8](repeating: 0, count: IncarnationKind.byteCount)
        return Incarnation(checked: await storeIncarnation() ?? zeros)
    }

    /// The auth-delivery server's incarnation.
    package func logIncarnation() async -> [UInt8] { await authDelivery.incarnation() ?? [] }
}
