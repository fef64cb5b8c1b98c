package import CloudMLSAPI
package import ServerKit

/// Objects as they are copied from one key store to another.
package protocol CopiedObjectStorage {
    /// Objects behind a name, by ascending name, until there are `limit` or their bodies would take more than
    /// `maximumBytes`; the first one is always there.
    func objects(after name: [UInt8]?, limit: Int, maximumBytes: Int, of user: UserID) throws -> MovePage
    /// The last by name.
    func lastObjectName(of user: UserID) throws -> [UInt8]?
    /// Writes objects with the revisions that they have.
    /// - Returns: what the user's objects come to with them.
    func putObjects(_ objects: [StoredObject], of user: UserID) throws -> StoreUsage
    func deleteObjects(of user: UserID) throws
}
