public import MLSCodec

/// What a key store declares when a store has left it for good.
///
/// ```
/// struct {
///     uint8 version = 1;
///     opaque store_id[16];
///     opaque move_id[16];
///     opaque source[32];           // ServerIDs
///     opaque destination[32];
///     opaque digest[32];           // StoreDigest of what was there
/// } MovedStatement;
/// ```
public struct MovedStatement: Hashable, Sendable, MLSStruct {
    private let version = FormatVersion.v1
    public let storeID: StoreID
    public let moveID: MoveID
    public let source: ServerID
    public let destination: ServerID
    public let digest: StoreDigest

    public init(storeID: StoreID, moveID: MoveID, source: ServerID, destination: ServerID, digest: StoreDigest) {
        self.storeID = storeID
        self.moveID = moveID
        self.source = source
        self.destination = destination
        self.digest = digest
    }

    public static var layout: StructLayout<Self, FormatVersion, StoreID, MoveID, ServerID, ServerID, StoreDigest> {
        StructLayout(\.version, \.storeID, \.moveID, \.source, \.destination, \.digest) {
            _, storeID, moveID, source, destination, digest in
            Self(storeID: storeID, moveID: moveID, source: source, destination: destination, digest: digest)
        }
    }
}

/// A statement as it travels. Its content is to be had only through `verified(by:)`.
///
/// ```
/// struct {
///     MovedStatement statement;
///     opaque signature[64];        // "moved", over MovedStatement, by the source's identity key
/// } SignedMovedStatement;
/// ```
public struct SignedMovedStatement: Hashable, Sendable, MLSStruct {
    let statement: MovedStatement
    let signature: Signature

    /// Signs a statement, at the source.
    /// - Throws: `.wrongServer` unless `key` is the source's.
    public init(_ statement: MovedStatement, signedBy key: ServerSigningKey) throws(KeyHierarchyError) {
        guard statement.source == key.serverID else { throw KeyHierarchyError(.wrongServer, "moved statement") }
        self.statement = statement
        signature = try key.sign(statement.encoded, as: .moved)
    }

    private init(statement: MovedStatement, signature: Signature) {
        self.statement = statement
        self.signature = signature
    }

    public static var layout: StructLayout<Self, MovedStatement, Signature> {
        StructLayout(\.statement, \.signature) { Self(statement: $0, signature: $1) }
    }

    /// Checks that the source with this identity key made the statement.
    ///
    /// - Throws: `.wrongServer`, `.invalidSignature`.
    public func verified(by key: ServerPublicKey) throws(KeyHierarchyError) -> MovedStatement {
        guard statement.source == key.serverID else { throw KeyHierarchyError(.wrongServer, "moved statement") }
        guard key.isValid(signature, for: statement.encoded, as: .moved) else {
            throw KeyHierarchyError(.invalidSignature, "moved statement")
        }
        return statement
    }
}
