package import CloudMLSAPI
package import KeyHierarchy
import MLSCodec
package import ServerKit

/// A store's way to another key store: decides when it may leave and when it has moved, and signs that it has.
package struct MoveService: Sendable {
    private let storage: any KeyStoreStorage
    private let identity: ServerIdentity
    private let limits: KeyStoreLimits

    package init(storage: any KeyStoreStorage, identity: ServerIdentity, limits: KeyStoreLimits) {
        self.storage = storage
        self.identity = identity
        self.limits = limits
    }

    func status(of user: UserID) async throws -> MoveStatus {
        try await storage.read { try Self.status(of: user, in: $0) }
    }

    /// Active to moving; the same move again changes nothing.
    func begin(_ request: MoveRequest, of user: UserID) async throws -> MoveStatus {
        guard let move = MoveID(bytes: request.moveID.array),
            let destination = ServerID(bytes: request.destination.array)
        else { throw APIError(.badRequest, "A move has an id of 16 bytes and a server id of 32.") }
        guard destination != identity.serverID else {
            throw APIError(.badRequest, "The destination is this very key store.")
        }
        return try await storage.write { transaction in
            let known = try transaction.departure(of: user)
            switch try transaction.store(of: user).state {
            case .active:
                // A page of a cancelled move may still be on its way to the destination.
                guard known?.move != move else {
                    throw APIError.moveConflict("This move was cancelled: begin another one.")
                }
            case .moving:
                guard known?.move == move, known?.destination == destination else {
                    throw APIError.moveConflict("Another move is under way: finish or cancel it first.")
                }
                return try Self.status(of: user, in: transaction)
            case .moved: throw APIError.storeMoved
            case .receiving: throw APIError.storeReceiving
            }
            guard try !transaction.isRotating(user) else {
                throw APIError.moveConflict("The keys of the store are being replaced: finish that first.")
            }
            try transaction.putDeparture(StoredDeparture(move: move, destination: destination), of: user)
            try transaction.setState(.moving, of: user)
            return try Self.status(of: user, in: transaction)
        }
    }

    /// Moving to active; `store_moved` after the commit.
    func cancel(of user: UserID) async throws -> MoveStatus {
        try await storage.write { transaction in
            switch try transaction.store(of: user).state {
            case .active: break
            case .moving:
                try transaction.setState(.active, of: user)
                try transaction.raiseMark(of: user)
            case .moved: throw APIError.storeMoved
            case .receiving: throw APIError.storeReceiving
            }
            return try Self.status(of: user, in: transaction)
        }
    }

    /// Objects behind a name, a page of them.
    func page(after name: [UInt8]?, of user: UserID) async throws -> MovePage {
        try await storage.read { [limits] transaction in
            try transaction.store(of: user).state.checkReadable()
            return try transaction.objects(
                after: name, limit: Limits.movedObjects, maximumBytes: limits.batchSize, of: user)
        }
    }

    /// Over one consistent state.
    package func digest(of user: UserID) async throws -> StoreDigestAnswer {
        try await storage.read { transaction in
            try transaction.store(of: user).state.checkReadable()
            return try transaction.digest(of: user)
        }
    }

    /// Moved, for good. While a store is moving nothing in it changes, so its digest can be computed before the
    /// transaction, which notices if the move was taken back meanwhile.
    func commit(_ request: MoveCommit, of user: UserID) async throws -> MoveStatus {
        guard let move = MoveID(bytes: request.moveID.array), let wanted = StoreDigest(bytes: request.digest.array),
            request.forward.array.count <= Limits.smallBody,
            (try? ForwardPointer(decoding: request.forward.array)) != nil
        else { throw APIError(.badRequest, "A commit has a move's id, a digest and a forward pointer.") }
        let (store, departure) = try await storage.read { transaction in
            (try transaction.store(of: user), try transaction.departure(of: user))
        }
        let destination = try Self.underWay(move, store, departure).destination
        if store.state == .moved { return MoveStatus(store, departure) }
        guard try await digest(of: user).digest.array == wanted.bytes else {
            throw APIError.moveConflict("What is here is not what was copied.")
        }
        let statement = MovedStatement(
            storeID: store.id, moveID: move, source: identity.serverID, destination: destination, digest: wanted)
        return try await commit(
            SignedMovedStatement(statement, signedBy: identity.signingKey), of: move,
            forward: request.forward.array, since: store.mark, for: user)
    }

    /// Moving to moved, with what is left behind.
    /// - Parameter mark: what the statement says was computed since then; `move_conflict` where something changed.
    package func commit(
        _ statement: SignedMovedStatement, of move: MoveID, forward: [UInt8], since mark: UInt64, for user: UserID
    ) async throws -> MoveStatus {
        try await storage.write { transaction in
            let store = try transaction.store(of: user)
            var departure = try Self.underWay(move, store, try transaction.departure(of: user))
            if store.state == .moved { return MoveStatus(store, departure) }
            guard store.mark == mark else { throw APIError.moveConflict("The move was taken back meanwhile.") }
            departure.statement = statement.encoded
            departure.forward = forward
            try transaction.putDeparture(departure, of: user)
            try transaction.setState(.moved, of: user)
            return try Self.status(of: user, in: transaction)
        }
    }

    /// Deletes what a store that has moved left behind, but for what it takes to say so.
    func empty(of user: UserID) async throws -> MoveStatus {
        try await storage.write { transaction in
            guard try transaction.store(of: user).state == .moved else {
                throw APIError.moveConflict("Only a store that has moved can be emptied.")
            }
            // Logins go on, and lead those who come later to the new place.
            try transaction.deleteContent(of: user)
            return try Self.status(of: user, in: transaction)
        }
    }

    private static func underWay(
        _ move: MoveID, _ store: StoredStore, _ departure: StoredDeparture?
    ) throws(APIError) -> StoredDeparture {
        guard store.state == .moving || store.state == .moved, let departure, departure.move == move else {
            throw APIError.moveConflict("This move is not under way.")
        }
        return departure
    }

    private static func status(of user: UserID, in transaction: any KeyStoreTransaction) throws -> MoveStatus {
        MoveStatus(try transaction.store(of: user), try transaction.departure(of: user))
    }
}

extension MoveStatus {
    /// - Parameter departure: a cancelled one is nobody's business any more.
    init(_ store: StoredStore, _ departure: StoredDeparture?) {
        self.init(state: store.state, objects: store.objects, bytes: store.bytes)
        guard let departure, state == .moving || state == .moved else { return }
        moveID = Bytes(departure.move.bytes)
        destination = Bytes(departure.destination.bytes)
        guard state == .moved else { return }
        statement = departure.statement.map { Bytes($0) }
        forward = departure.forward.map { Bytes($0) }
    }
}
