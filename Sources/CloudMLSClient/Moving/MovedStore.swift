import CloudMLSAPI
import KeyHierarchy
import MLSCodec

/// A store that has moved, by what it left behind at the key store that it moved from: anyone of the user's devices can
/// finish the move, where the one that began it did not come to that.
struct MovedStore: StoreSuccession {
    /// Leads to the store.
    let profile: Profile
    let moveID: MoveID
    /// With what the store is opened there. One that came from a file is opened on its digest alone.
    private let opening: ImportOpening
    private let environment: ClientEnvironment

    /// Checks that the key store has signed that the store has moved, and that the store's owner says where to.
    ///
    /// - Parameters:
    ///   - server: what the key store that was left says of itself.
    ///   - current: the profile that leads to that one.
    init(
        _ status: MoveStatus, by server: ServerInfo, from current: Profile, with profileKey: ProfileKey,
        _ environment: ClientEnvironment
    ) throws {
        guard let key = ServerPublicKey(bytes: server.identityKey.array), key.serverID == current.serverID,
            let statement = status.statement,
            let verified = try? SignedMovedStatement(decoding: statement.array).verified(by: key),
            verified.storeID == current.storeID, let body = status.forward,
            let pointer = try? ForwardPointer(decoding: body.array), pointer.moveID == verified.moveID,
            let next = try? pointer.open(with: profileKey, after: current), next.serverID == verified.destination
        else { throw StoreChecks.notAuthentic("What leads to the new key store", .keyStore) }
        profile = next
        moveID = verified.moveID
        opening = ImportOpening(
            moveID: Bytes(verified.moveID.bytes), statement: statement, digest: Bytes(verified.digest.bytes))
        self.environment = environment
    }

    func open(at keyStore: any KeyStoreService) async throws {
        let status = try await environment.step(FollowStep.open) { try await keyStore.openImport(opening) }
        guard status.state == .active else { throw ClientError.moveMisfit }
    }

    func announce(
        _ signedIn: SignedIn, _ contents: StoreContents, to authDelivery: any AuthDeliveryService
    ) async throws {
        let completion = try MoveCompletion(
            profile, moveID: moveID, contents, dataKey: signedIn.dataKey, profileID: signedIn.profileID,
            keyring: signedIn.keyring)
        try await completion.run(at: authDelivery, environment)
    }
}

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
