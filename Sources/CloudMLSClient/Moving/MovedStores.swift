import CloudMLSAPI
import KeyHierarchy

/// Lets sign-ins and signed-in devices follow a store that has moved.
struct MovedStores: StoreFollowing {
    let environment: ClientEnvironment
    let connector: any ServerConnector

    func watch(_ context: ClientContext) async {
        await KeyStoreMoves(context, connector: connector).watch()
    }

    func successor(
        of profile: Profile, from left: any KeyStoreService, profileKey: ProfileKey
    ) async throws -> any StoreSuccession {
        let (info, status) = try await environment.step(FollowStep.readMove) {
            (try await left.serverInfo(), try await left.moveStatus())
        }
        return try MovedStore(status, by: info, from: profile, with: profileKey, environment)
    }
}
