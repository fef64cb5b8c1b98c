package import CloudMLSAPI
package import KeyHierarchy
package import ServerKit

/// A user's store, without what is in it.
package struct StoredStore: Hashable, Sendable {
    package var id: StoreID
    package var state: StoreState
    /// Objects, deleted ones included.
    package var objects: UInt64
    /// Of all bodies.
    package var bytes: UInt64
    /// Rises with each object that is written, and with `raiseMark`.
    package var mark: UInt64
}

package protocol StoreStorage {
    /// `not_found` where the user has none.
    func store(of user: UserID) throws -> StoredStore
    /// Where it stands; `not_found` where the user has none.
    func state(of user: UserID) throws -> StoreState
    /// Without a keyring and objects.
    func insertStore(_ id: StoreID, state: StoreState, of user: UserID) throws
    func setState(_ state: StoreState, of user: UserID) throws
    func raiseMark(of user: UserID) throws
    /// Deletes objects, keyring, and what the slots hold. The slots themselves stay: logins and sessions hang on them.
    func deleteContent(of user: UserID) throws
    /// Over all that is in the store.
    func digest(of user: UserID) throws -> StoreDigestAnswer
}

extension APIError {
    static let noStore = APIError(.notFound, "The user has no store.")
}
