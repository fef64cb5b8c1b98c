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
    /// The key store's incarnation.
    package let storeIncarnation: @Sendable () async -> [UInt8]?

    package init(
        environment: ClientEnvironment, objects: any ObjectStore, authDelivery: any AuthDeliveryService,
        local: any LocalState, profileKey: ProfileKey, storeID: StoreID, policy: MessagingPolicy,
        storeIncarnation: @escaping @Sendable () async -> [UInt8]?
    ) {
        self.environment = environment
        self.objects = objects
        self.authDelivery = authDelivery
        self.anchors = AnchorVault(
            profileKey: profileKey, storeID: storeID, authDelivery: authDelivery, local: local)
        self.secrets = DerivedSecrets(profileKey: profileKey)
        self.policy = policy
        self.storeIncarnation = storeIncarnation
    }

    package init(context: ClientContext, policy: MessagingPolicy) {
        let keyStore = context.keyStore
        self.init(
            environment: context.environment, objects: context.sealed, authDelivery: context.authDelivery,
            local: context.local, profileKey: context.profileKey, storeID: context.storeID, policy: policy
        ) { await keyStore.incarnation() }
    }

    /// The key store's incarnation as anchors have it; zeros before its first answer.
    package func anchorIncarnation() async -> Incarnation {
        let bytes = await storeIncarnation() ?? []
        return Incarnation(bytes: bytes) ?? Incarnation(bytes: [UInt8](repeating: 0, count: 16)) ?? .random()
    }

    /// The auth-delivery server's incarnation.
    package func logIncarnation() async -> [UInt8] { await authDelivery.incarnation() ?? [] }
}
