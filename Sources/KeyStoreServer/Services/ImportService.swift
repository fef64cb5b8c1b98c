import CloudMLSAPI
import KeyHierarchy
import MLSCodec
import ServerKit

/// A store's way in from another key store: checks what arrives, and opens it only when it is complete.
struct ImportService: Sendable {
    let storage: any KeyStoreStorage
    let registrations: RegistrationService
    let identity: ServerIdentity
    let sessions: SessionService
    let limits: KeyStoreLimits
    let clock: ServerClock

    /// Adds a user whose store is receiving.
    func register(_ request: KeyStoreImport) async throws {
        let tokenHash = try registrations.tokenHash(of: request.setupToken)
        guard UserName(rawValue: request.user) != nil else {
            throw APIError(.badRequest, "A user name has 3 to 64 characters of a-z, 0-9, '.', '_' and '-'.")
        }
        guard let storeID = StoreID(bytes: request.storeID.array) else {
            throw APIError(.badRequest, "A store id has \(StoreIDKind.byteCount) bytes.")
        }
        let store = try StoreImport(request.contents)
        let (now, followUntil) = (clock.now, followUntil)
        try await storage.write { transaction in
            // Before the name is looked at: without a good token nobody learns which names are taken.
            if let tokenHash { try transaction.useSetupToken(tokenHash, now: now) }
            let user = try transaction.insertUser(named: request.user, at: now)
            try transaction.insertStore(storeID, state: .receiving, of: user)
            try Self.take(store, followUntil: followUntil, of: user, in: transaction)
        }
        registrations.somebodyCame()
    }

    /// Takes slots and keyring anew, drops what another move had copied, and ends all sessions but the one that asks.
    func restart(_ contents: ImportContents, by session: Session) async throws -> ImportStatus {
        let store = try StoreImport(contents)
        let (user, followUntil) = (session.userID, followUntil)
        return try await storage.write { transaction in
            switch try transaction.store(of: user).state {
            case .receiving: break
            case .moved:
                // The way home: the store left from here, and comes back.
                try transaction.setState(.receiving, of: user)
            case .active, .moving: throw APIError.moveConflict("The store here is open: nothing can be moved into it.")
            }
            if try transaction.arrival(of: user)?.move != store.moveID { try transaction.deleteObjects(of: user) }
            try Self.take(store, followUntil: followUntil, of: user, in: transaction)
            // What was signed in here before the store left may be somebody who was shut out at the place it was since.
            try transaction.slots.endSessions(of: user, except: session.id)
            return try Self.status(of: user, in: transaction)
        }
    }

    func status(of user: UserID) async throws -> ImportStatus {
        try await storage.read { try Self.status(of: user, in: $0) }
    }

    func add(_ request: ImportObjects, of user: UserID) async throws -> ImportStatus {
        let move = try StoreImport.moveID(request.moveID)
        try check(request.objects)
        return try await storage.write { [limits] transaction in
            try Self.checkReceiving(move, try transaction.store(of: user), try transaction.arrival(of: user))
            try transaction.putObjects(request.objects, of: user).check(limits)
            return try Self.status(of: user, in: transaction)
        }
    }

    /// Of what is here so far.
    func digest(of user: UserID) async throws -> StoreDigestAnswer {
        try await storage.read { try $0.digest(of: user) }
    }

    /// Opens a store on the word of the key store that it left, or, from a file, on the client's alone. The store is
    /// looked through before the transaction, which notices if something arrived meanwhile.
    func open(_ request: ImportOpening, of user: UserID) async throws -> ImportStatus {
        let (store, arrival) = try await storage.read { transaction in
            (try transaction.store(of: user), try transaction.arrival(of: user))
        }
        guard let arrival else { throw APIError(.notFound, "No store was moved here.") }
        let move = try StoreImport.moveID(request.moveID)
        guard arrival.move == move else { throw APIError.moveConflict("The store here is of another move.") }
        if store.state == .active { return try await status(of: user) }
        let digest = StoreDigest(bytes: try await digest(of: user).digest.array)
        guard let wanted = try wanted(request, store, arrival), wanted == digest else {
            throw APIError.moveConflict("What was copied here is not what was there.")
        }
        return try await open(move, since: store.mark, of: user)
    }

    func follow(_ request: FollowRequest) async throws -> SessionTokens {
        guard let token = FollowToken(bytes: request.token.array), request.deviceName.utf8.count <= 64 else {
            throw APIError(.badRequest, "A follow token has 32 bytes, a device's name at most 64.")
        }
        let now = clock.now
        let followed = try await storage.read { transaction -> (key: StoredLoginKey, kind: SlotKind)? in
            guard let user = try transaction.user(named: request.user),
                let arrival = try transaction.arrival(of: user), arrival.followHash == token.hash,
                now < arrival.followUntil
            else { return nil }
            // The session of a device that follows hangs on it.
            return try transaction.loginKey(of: user)
        }
        guard let followed,
            let tokens = try await sessions.begin(followed.key, kind: followed.kind, deviceName: request.deviceName)
        else { throw APIError(.wrongCredentials, "There is nothing to follow, or it is too late: sign in.") }
        return tokens
    }

    private var followUntil: UInt64 { clock.now + UInt64(Limits.followLifetime) }

    private func check(_ objects: [StoredObject]) throws(APIError) {
        guard objects.count <= Limits.movedObjects else {
            throw APIError(.tooLarge, "At most \(Limits.movedObjects) objects at a time.")
        }
        var previous: [UInt8] = []
        for (index, object) in objects.enumerated() {
            let name = object.name.array
            guard name.count == ObjectBatch.nameSize, previous.lexicographicallyPrecedes(name),
                // A tombstone is at least the second revision.
                ((object.body == nil ? 2 : 1)...Revision.maximum).contains(object.revision)
            else { throw APIError(.badRequest, "Objects come by ascending name, with a revision.", operation: index) }
            guard object.body?.array.count ?? 0 <= limits.objectSize else {
                throw APIError(.tooLarge, "An object has at most \(limits.objectSize) bytes here.", operation: index)
            }
            previous = name
        }
        guard objects.reduce(0, { $0 + ($1.body?.array.count ?? 0) }) <= limits.batchSize else {
            throw APIError.bodyTooLarge(limits.batchSize)
        }
    }

    /// What has to be here, as the key store says that the store comes from, or the client where it comes from a file.
    private func wanted(
        _ request: ImportOpening, _ store: StoredStore, _ arrival: StoredArrival
    ) throws(APIError) -> StoreDigest? {
        guard let sourceKey = arrival.sourceKey else {
            return request.digest.flatMap { StoreDigest(bytes: $0.array) }
        }
        let statement = request.statement.flatMap { try? SignedMovedStatement(decoding: $0.array) }
        guard let statement = try? statement?.verified(by: sourceKey), statement.storeID == store.id,
            statement.moveID == arrival.move, statement.destination == identity.serverID
        else {
            throw APIError.moveConflict("This is not the statement of the key store that the store comes from.")
        }
        return statement.digest
    }

    /// Receiving to active; `move_conflict` where something arrived since `mark`.
    private func open(_ move: MoveID, since mark: UInt64, of user: UserID) async throws -> ImportStatus {
        let followUntil = followUntil
        return try await storage.write { transaction in
            let store = try transaction.store(of: user)
            var arrival = try Self.checkReceiving(move, store, try transaction.arrival(of: user))
            guard store.mark == mark else {
                throw APIError.moveConflict("Something arrived while the store was looked through: try again.")
            }
            try transaction.setState(.active, of: user)
            // No store leaves in the middle of a rotation, so the key of what came is the one that writes are under.
            try transaction.raiseLeastKey(of: user)
            if arrival.followHash != nil {
                arrival.followUntil = followUntil
                try transaction.putArrival(arrival, of: user)
            }
            return try Self.status(of: user, in: transaction)
        }
    }

    /// Slots, keyring, and what the move has to show.
    private static func take(
        _ store: StoreImport, followUntil: UInt64, of user: UserID, in transaction: any KeyStoreTransaction
    ) throws {
        try transaction.slots.replaceSlots(with: store.slots, of: user)
        try transaction.raiseMark(of: user)
        try transaction.putKeyring(store.keyring, revision: store.keyringRevision, of: user)
        try transaction.putArrival(
            StoredArrival(
                move: store.moveID, sourceKey: store.sourceKey, followHash: store.followHash,
                followUntil: followUntil), of: user)
    }

    @discardableResult
    private static func checkReceiving(
        _ move: MoveID, _ store: StoredStore, _ arrival: StoredArrival?
    ) throws(APIError) -> StoredArrival {
        guard store.state == .receiving, let arrival, arrival.move == move else {
            throw APIError.moveConflict("The store here does not receive this move.")
        }
        return arrival
    }

    private static func status(of user: UserID, in transaction: any KeyStoreTransaction) throws -> ImportStatus {
        let store = try transaction.store(of: user)
        return ImportStatus(
            state: store.state, moveID: try transaction.arrival(of: user).map { Bytes($0.move.bytes) },
            lastName: try transaction.lastObjectName(of: user).map { Bytes($0) }, objects: store.objects,
            bytes: store.bytes)
    }
}
