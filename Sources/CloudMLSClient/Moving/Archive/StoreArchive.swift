public import KeyHierarchy
import MLSCodec

/// A store in a file: what `KeyStoreMoves.export` writes.
public struct StoreArchive: Sendable {
    /// What is in an archive in which everything was checked.
    public struct Summary: Sendable, Hashable {
        /// Deleted ones included.
        public var objects: UInt64
        /// Of all bodies.
        public var bytes: UInt64
        package var moveID: MoveID
        package var digest: StoreDigest
        package var contents: ArchiveContents
    }

    let path: String
    let header: ArchiveHeader
    public var storeID: StoreID { header.storeID }

    /// - Throws: `ClientError` with `localStorage` or `notAuthentic`.
    public init(path: String) throws {
        self.path = path
        header = try ArchiveFile(path: path).header
    }
}
