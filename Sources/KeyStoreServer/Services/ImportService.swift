import CloudMLSAPI
import KeyHierarchy
import MLSCodec
import ServerKit

/// A store's way in from another key store: checks what arrives, and opens it only when it is complete.
struct ImportService: Sendable {
    let storage: any ImportStorage
    let identity: ServerIdentity
    let sessions: SessionService
    let limits: KeyStoreLimits
    let clock: ServerClock

    func register(_ request: KeyStoreImport, tokenHash: [UInt8]?) async throws {
        guard UserName(rawValue: request.user) != nil else {
            throw APIError(.badRequest, "A user name has 3 to 64 characters of a-z, 0-9, '.', '_' and '-'.")
        }
        guard let storeID = StoreID(bytes: request.storeID.array) else {
            throw APIError(.badRequest, "A store id has \(StoreIDKind.byteCount) bytes.")
        }
        try await storage.register(
            user: request.user, storeID: storeID, Self.checked(request.contents), followUntil: followUntil,
            tokenHash: tokenHash, now: clock.now)
    }

    func restart(_ contents: ImportContents, by session: Session) async throws -> ImportStatus {
        try await storage.restart(Self.checked(contents), followUntil: followUntil, by: session)
    }

    func add(_ request: ImportObjects, of user: UserID) async throws -> ImportStatus {
        guard let move = MoveID(bytes: request.moveID.array) else { throw Self.badMoveID }
        guard request.objects.count <= Limits.movedObjects else {
            throw APIError(.tooLarge, "At most \(Limits.movedObjects) objects at a time.")
        }
        var previous: [UInt8] = []
        for (index, object) in request.objects.enumerated() {
            let name = object.name.array
            guard name.count == ObjectRoutes.nameSize, previous.lexicographicallyPrecedes(name),
                // A tombstone is at least the second revision.
                ((object.body == nil ? 2 : 1)...Revision.maximum).contains(object.revision)
            else { throw APIError(.badRequest, "Objects come by ascending name, with a revision.", operation: index) }
            guard object.body?.array.count ?? 0 <= limits.objectSize else {
                throw APIError(.tooLarge, "An object has at most \(limits.objectSize) bytes here.", operation: index)
            }
            previous = name
        }
        guard request.objects.reduce(0, { $0 + ($1.body?.array.count ?? 0) }) <= limits.batchSize else {
            throw APIError.bodyTooLarge(limits.batchSize)
        }
        return try await storage.add(request.objects, move: move, of: user)
    }

    /// Opens a store on the word of the key store that it left, or, from a file, on the client's alone.
    func open(_ request: ImportOpening, of user: UserID) async throws -> ImportStatus {
        let expected = try await storage.expected(of: user)
        guard let move = MoveID(bytes: request.moveID.array) else { throw Self.badMoveID }
        guard expected.moveID == move else { throw APIError.moveConflict("The store here is of another move.") }
        if expected.state == .active { return try await storage.status(of: user) }
        let digest = StoreDigest(bytes: try await storage.digest(of: user).digest.array)
        let wanted: StoreDigest?
        if let sourceKey = expected.sourceKey {
            let statement = request.statement.flatMap { try? SignedMovedStatement(decoding: $0.array) }
            guard let statement = try? statement?.verified(by: sourceKey), statement.storeID == expected.storeID,
                statement.moveID == move, statement.destination == identity.serverID
            else {
                throw APIError.moveConflict("This is not the statement of the key store that the store comes from.")
            }
            wanted = statement.digest
        } else {
            wanted = request.digest.flatMap { StoreDigest(bytes: $0.array) }
        }
        guard let wanted, wanted == digest else {
            throw APIError.moveConflict("What was copied here is not what was there.")
        }
        return try await storage.open(move, since: expected.mark, followUntil: followUntil, of: user)
    }

    func follow(_ request: FollowRequest) async throws -> SessionTokens {
        guard let token = FollowToken(bytes: request.token.array), request.deviceName.utf8.count <= 64 else {
            throw APIError(.badRequest, "A follow token has 32 bytes, a device's name at most 64.")
        }
        guard
            let followed = try await storage.followed(user: request.user, tokenHash: token.hash, now: clock.now),
            let tokens = try await sessions.begin(followed.key, kind: followed.kind, deviceName: request.deviceName)
        else { throw APIError(.wrongCredentials, "There is nothing to follow, or it is too late: sign in.") }
        return tokens
    }

    private var followUntil: UInt64 { clock.now + UInt64(Limits.followLifetime) }

    private static let badMoveID = APIError(.badRequest, "A move's id has \(MoveIDKind.byteCount) bytes.")

    private static func checked(_ contents: ImportContents) throws(APIError) -> StoreImport {
        guard let move = MoveID(bytes: contents.moveID.array) else { throw badMoveID }
        let sourceKey = contents.sourceKey.flatMap { ServerPublicKey(bytes: $0.array) }
        guard (sourceKey != nil) == (contents.sourceKey != nil), contents.followHash.array.count == 32,
            (1...Revision.maximum).contains(contents.keyringRevision)
        else { throw APIError(.badRequest, "A key, hash or revision is not of the form that it must have.") }
        guard contents.keyring.array.count <= Limits.smallBody else { throw APIError.bodyTooLarge(Limits.smallBody) }
        return StoreImport(
            moveID: move, sourceKey: sourceKey, keyringRevision: contents.keyringRevision,
            keyring: contents.keyring.array, slots: try ImportedSlot.all(contents.slots, role: .keyStore),
            followHash: contents.followHash.array)
    }
}
