package import CloudMLSAPI
package import KeyHierarchy
package import ServerKit

/// A store on its way to another key store.
package protocol MoveStorage: Sendable {
    func status(of user: UserID) async throws -> MoveStatus
    func storeID(of user: UserID) async throws -> StoreID
    /// Active to moving; the same move again changes nothing.
    func begin(_ move: MoveID, to destination: ServerID, of user: UserID) async throws -> MoveStatus
    /// Moving to active; `store_moved` after the commit.
    func cancel(of user: UserID) async throws -> MoveStatus
    /// Objects behind a name, by ascending name, until there are `limit` or their bodies would take more than
    /// `maximumBytes`.
    func page(after name: [UInt8]?, limit: Int, maximumBytes: Int, of user: UserID) async throws -> MovePage
    /// Over one consistent state.
    func digest(of user: UserID) async throws -> StoreDigestAnswer
    /// A number that rises with whatever changes the store or takes a move back.
    func mark(of user: UserID) async throws -> UInt64
    /// Moving to moved, with what is left behind, in one transaction.
    /// - Parameter mark: what the statement says was computed since then; `move_conflict` where something changed.
    func commit(
        _ move: MoveID, statement: SignedMovedStatement, forward: [UInt8], since mark: UInt64, of user: UserID
    ) async throws -> MoveStatus
    /// Deletes what a store that has moved left behind, but for what it takes to say so.
    func empty(of user: UserID) async throws -> MoveStatus
}
