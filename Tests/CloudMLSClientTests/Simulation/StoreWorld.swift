import CloudMLSAPI
import CloudMLSClient
import KeyHierarchy

/// The objects of one user's key store in memory, with the real one's rules: blinded names, revisions, batches.
actor StoreWorld {
    struct Object: Sendable {
        var revision: UInt64
        var body: Bytes?
    }

    private(set) var objects: [[UInt8]: Object] = [:]
    private(set) var incarnation = [UInt8](repeating: 7, count: 16)

    func read(_ names: [[UInt8]]) -> [StoredObject] {
        names.map { StoredObject(name: Bytes($0), revision: objects[$0]?.revision ?? 0, body: objects[$0]?.body) }
    }

    func write(_ operations: [BatchOperation]) throws -> [UInt64] {
        for (index, operation) in operations.enumerated() {
            let current = objects[operation.name.array]?.revision ?? 0
            guard current == operation.ifRevision else {
                throw ClientError(
                    refusal: .init(
                        code: .revisionConflict, message: "revision", currentRevision: current, operation: index))
            }
        }
        for operation in operations {
            objects[operation.name.array] = Object(revision: operation.ifRevision + 1, body: operation.body)
        }
        return operations.map { $0.ifRevision + 1 }
    }

    /// Takes the place of what is stored, as a restored backup does.
    ///
    /// - Parameter sameIncarnation: as where the server's files were replaced by an older copy, which it cannot tell.
    func restore(_ backup: [[UInt8]: Object], sameIncarnation: Bool) {
        objects = backup
        if !sameIncarnation { incarnation = [UInt8](repeating: incarnation[0] &+ 1, count: 16) }
    }
}

/// One device's connection to a `StoreWorld`. Signing in, rotating and moving are not what the simulation is about.
struct StoreConnection: KeyStoreService {
    let world: StoreWorld
    let connection: any Connection
    let origin: Origin

    /// What the objects of the running call are called before their names are blinded.
    @TaskLocal static var paths = ""

    func incarnation() async -> [UInt8]? { await world.incarnation }

    func readObjects(_ names: [[UInt8]]) async throws -> [StoredObject] {
        try await connection.carry("read \(Self.paths)") { await world.read(names) }
    }
    func writeObjects(_ operations: [BatchOperation]) async throws -> [UInt64] {
        try await connection.carry("write \(Self.paths)") { try await world.write(operations) }
    }

    private var unused: ClientError { ClientError(.internalFault, "The simulated key store has no such route.") }
    func serverInfo() async throws -> ServerInfo { throw unused }
    func preLogin(_ request: PreLoginRequest) async throws -> PreLoginResponse { throw unused }
    func login(_ request: LoginRequest) async throws -> SessionTokens { throw unused }
    func logout() async throws { throw unused }
    func slots() async throws -> [StoredSlot] { throw unused }
    func writeSlot(id: [UInt8], ifRevision: UInt64, _ slot: SlotWrite) async throws -> WriteResult { throw unused }
    func deleteSlot(id: [UInt8], ifRevision: UInt64) async throws { throw unused }
    func sessions() async throws -> [SessionRecord] { throw unused }
    func endSession(_ id: Int64) async throws { throw unused }
    func endOtherSessions() async throws { throw unused }
    func register(_ registration: KeyStoreRegistration) async throws { throw unused }
    func keyring() async throws -> StoredKeyring { throw unused }
    func writeKeyring(ifRevision: UInt64, _ keyring: KeyringWrite) async throws -> WriteResult { throw unused }
    func rotate(_ rotation: KeyRotation) async throws -> WriteResult { throw unused }
    func listObjects(after name: [UInt8]?, belowKey key: UInt32?, limit: Int) async throws -> ObjectsPage {
        throw unused
    }
    func events() async throws -> AsyncThrowingStream<ChangeEvent, any Error> { throw unused }
    func changes(after cursor: UInt64, limit: Int) async throws -> ChangesResponse { throw unused }
    func moveStatus() async throws -> MoveStatus { throw unused }
    func beginMove(_ request: MoveRequest) async throws -> MoveStatus { throw unused }
    func cancelMove() async throws -> MoveStatus { throw unused }
    func movePage(after name: [UInt8]?) async throws -> MovePage { throw unused }
    func moveDigest() async throws -> StoreDigestAnswer { throw unused }
    func commitMove(_ commit: MoveCommit) async throws -> MoveStatus { throw unused }
    func emptyMoved() async throws -> MoveStatus { throw unused }
    func registerImport(_ registration: KeyStoreImport) async throws { throw unused }
    func follow(_ request: FollowRequest) async throws -> SessionTokens { throw unused }
    func importStatus() async throws -> ImportStatus { throw unused }
    func restartImport(_ contents: ImportContents) async throws -> ImportStatus { throw unused }
    func importObjects(_ objects: ImportObjects) async throws -> ImportStatus { throw unused }
    func importDigest() async throws -> StoreDigestAnswer { throw unused }
    func openImport(_ opening: ImportOpening) async throws -> ImportStatus { throw unused }
    func whenMoved(
        _ follow: @escaping @Sendable (any KeyStoreService, ClientError) async throws -> (any KeyStoreService)?
    ) async {}
    func hasMoved(to service: any KeyStoreService) async {}
}
