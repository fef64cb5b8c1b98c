import CloudMLSAPI
import KeyHierarchy

/// Where a store is carried away from: a key store, or a file. What is the same for both is `StoreMove`.
protocol MoveSource: Sendable {
    /// Whether the source has let go, which it does when all is at the destination: nothing is left to copy.
    var hasLetGo: Bool { get }
    /// Whether the destination may have been opened without the source: a file's digest is enough.
    var opensByDigest: Bool { get }
    /// How many objects there are; known once the move has begun.
    var objectCount: UInt64 { get }

    /// Whether the store can leave from here with the keys that its owner has.
    func check() throws
    /// Looks who, or what, the source is.
    mutating func meet(_ current: Profile) async throws
    /// Begins the move, or takes up one that was begun. Its name is the same each time it is run again.
    mutating func begin(to destination: ServerID) async throws -> MoveID
    /// What the account at the destination is made of.
    ///
    /// - Throws: `KeysChanged` where other keys are in force than the owner has.
    func contents(_ route: MoveRoute) async throws -> ImportContents
    /// Sees to it that nothing is written at the old place from now on.
    mutating func freeze(_ route: MoveRoute) async throws
    /// The objects behind a name, by ascending name.
    func forEachPage(
        after name: [UInt8]?, _ route: MoveRoute, _ body: ([StoredObject]) async throws -> Void
    ) async throws
    /// Of all that is to be at the destination.
    func digest() async throws -> Bytes
    /// Lets go: the point of no return.
    mutating func commit(_ route: MoveRoute, digest: Bytes) async throws
    /// With what the destination opens the store.
    func opening(_ route: MoveRoute) throws -> ImportOpening
    /// Takes the move back, where nothing came to be at the destination: the source may as well be written to again.
    func withdraw() async throws
    /// The ends are not the same after copying twice.
    var differs: ClientError { get }
}

/// A rotation came to its end before the source was read only. The move was taken back: begin with the new keys.
struct KeysChanged: Error {}
