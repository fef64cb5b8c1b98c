import CloudMLSAPI
import KeyHierarchy
import MLSCodec
import ServerKit

/// A store's way to another key store: decides when it has moved, and signs that it has.
struct MoveService: Sendable {
    let storage: any MoveStorage
    let identity: ServerIdentity

    func begin(_ request: MoveRequest, of user: UserID) async throws -> MoveStatus {
        guard let move = MoveID(bytes: request.moveID.array),
            let destination = ServerID(bytes: request.destination.array)
        else { throw APIError(.badRequest, "A move has an id of 16 bytes and a server id of 32.") }
        guard destination != identity.serverID else {
            throw APIError(.badRequest, "The destination is this very key store.")
        }
        return try await storage.begin(move, to: destination, of: user)
    }

    /// Moved, for good. While a store is moving nothing in it changes, so its digest can be computed before the
    /// transaction, which notices if the move was taken back meanwhile.
    func commit(_ request: MoveCommit, of user: UserID) async throws -> MoveStatus {
        guard let move = MoveID(bytes: request.moveID.array), let wanted = StoreDigest(bytes: request.digest.array),
            request.forward.array.count <= Limits.smallBody,
            (try? ForwardPointer(decoding: request.forward.array)) != nil
        else { throw APIError(.badRequest, "A commit has a move's id, a digest and a forward pointer.") }
        let mark = try await storage.mark(of: user)
        let status = try await storage.status(of: user)
        guard status.moveID?.array == move.bytes,
            let destination = status.destination.flatMap({ ServerID(bytes: $0.array) })
        else { throw APIError.moveConflict("This move is not under way.") }
        if status.state == .moved { return status }
        guard try await storage.digest(of: user).digest.array == wanted.bytes else {
            throw APIError.moveConflict("What is here is not what was copied.")
        }
        let statement = MovedStatement(
            storeID: try await storage.storeID(of: user), moveID: move, source: identity.serverID,
            destination: destination, digest: wanted)
        return try await storage.commit(
            move, statement: try SignedMovedStatement(statement, signedBy: identity.signingKey),
            forward: request.forward.array, since: mark, of: user)
    }
}
