package import CloudMLSAPI
package import ServerKit

/// One object at a time.
package protocol ObjectLookUp {
    /// The object as it is stored, its tombstone, or revision 0 for a name never used; with where the store stands.
    /// `not_found` where the user has no store.
    func object(named name: [UInt8], of user: UserID) throws -> (state: StoreState, object: StoredObject)
}

/// Sealed objects by their blinded names, each user's apart from all others'.
package protocol ObjectStorage: ObjectLookUp {
    /// What the user's objects come to; `not_found` where the user has no store.
    func usage(of user: UserID) throws -> StoreUsage
    func putUsage(_ usage: StoreUsage, of user: UserID) throws
    /// What is known of an object, or of its tombstone, without its body; nil for a name never used.
    func objectEntry(named name: [UInt8], of user: UserID) throws -> ObjectEntry?
    /// Adds an object at revision 1.
    /// - Returns: whether it was added: not where there is one of its name, be it a tombstone.
    func insertObject(named name: [UInt8], body: [UInt8], keyID: UInt32, cursor: UInt64, of user: UserID) throws -> Bool
    /// Gives an object another body, or leaves a tombstone.
    func replaceObject(_ entry: ObjectEntry, revision: UInt64, body: [UInt8]?, keyID: UInt32?, cursor: UInt64) throws
    /// What changed behind a cursor, oldest first.
    func changes(after cursor: UInt64, limit: Int, of user: UserID) throws -> [ObjectChange]
    /// What is there, by name, behind one.
    /// - Parameter key: lists bodies under a lower object key only; nil lists everything, tombstones too.
    func listObjects(after name: [UInt8]?, belowKey key: UInt32?, limit: Int, of user: UserID) throws -> [ListedObject]
    /// How many would be listed in all.
    func countObjects(belowKey key: UInt32?, of user: UserID) throws -> UInt64
}

/// An object without its body.
package struct ObjectEntry: Sendable {
    /// Where the database has it.
    package var row: Int64
    package var revision: UInt64
    /// Bytes of the body; nil for a tombstone.
    package var size: Int?
}
