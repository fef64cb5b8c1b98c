public import MLSCodec

/// What a client signs to log in. The server builds the same from what it knows and from the origin it was told.
///
/// ```
/// struct {
///     opaque role<V>;
///     opaque server_id[32];
///     opaque user_name<V>;
///     opaque server_nonce[32];
///     opaque client_nonce[32];
///     opaque origin<V>;            // as the client dialled it
/// } LoginStatement;
/// ```
public struct LoginStatement: Hashable, Sendable, MLSStruct {
    public var role: ServerRole
    public var serverID: ServerID
    public var userName: UserName
    public var serverNonce: LoginNonce
    public var clientNonce: LoginNonce
    /// The address that the client dialled. A server that relays a login was dialled under its own address, which the
    /// server it relays to refuses.
    public var origin: Origin

    public init(
        role: ServerRole, serverID: ServerID, userName: UserName, serverNonce: LoginNonce, clientNonce: LoginNonce,
        origin: Origin
    ) {
        self.role = role
        self.serverID = serverID
        self.userName = userName
        self.serverNonce = serverNonce
        self.clientNonce = clientNonce
        self.origin = origin
    }

    /// The statement that follows a verified pre-login answer.
    public init(answering answer: PreLoginAnswer, origin: Origin) {
        self.init(
            role: answer.question.role, serverID: answer.serverID, userName: answer.question.userName,
            serverNonce: answer.serverNonce, clientNonce: answer.question.clientNonce, origin: origin)
    }

    public static var layout: StructLayout<Self, ServerRole, ServerID, UserName, LoginNonce, LoginNonce, Origin> {
        StructLayout(\.role, \.serverID, \.userName, \.serverNonce, \.clientNonce, \.origin) {
            Self(role: $0, serverID: $1, userName: $2, serverNonce: $3, clientNonce: $4, origin: $5)
        }
    }
}

/// A login statement with the login key's signature.
///
/// ```
/// struct {
///     uint8 version = 1;
///     LoginStatement statement;
///     opaque signature[64];        // "login", over LoginStatement
/// } LoginProof;
/// ```
public struct LoginProof: Hashable, Sendable, MLSStruct {
    let version: FormatVersion
    /// What the client claims. The server compares every field with what it knows before it believes the signature.
    public let statement: LoginStatement
    public let signature: Signature

    /// Puts a proof together from its parts, at the server.
    public init(statement: LoginStatement, signature: Signature) {
        self.init(version: .v1, statement: statement, signature: signature)
    }

    /// Signs the statement, at the client.
    public init(_ statement: LoginStatement, signedBy key: LoginKey) throws(KeyHierarchyError) {
        self.init(statement: statement, signature: try key.sign(statement.encoded, as: .login))
    }

    private init(version: FormatVersion, statement: LoginStatement, signature: Signature) {
        self.version = version
        self.statement = statement
        self.signature = signature
    }

    public static var layout: StructLayout<Self, FormatVersion, LoginStatement, Signature> {
        StructLayout(\.version, \.statement, \.signature) { Self(version: $0, statement: $1, signature: $2) }
    }

    /// Whether the holder of `publicKey` signed the statement. It takes the same time for a wrong key as for a right
    /// one, so that a server can verify against a dummy key where it has none.
    public func verify(publicKey: LoginPublicKey) -> Bool {
        publicKey.isValid(signature, for: statement.encoded, as: .login)
    }
}
