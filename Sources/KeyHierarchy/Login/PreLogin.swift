public import MLSCodec

/// What a client asks before it can log in.
///
/// ```
/// struct {
///     opaque role<V>;              // "key-store" or "auth-delivery"
///     opaque user_name<V>;
///     SlotKind kind;
///     opaque client_nonce[32];
/// } PreLoginQuestion;
/// ```
public struct PreLoginQuestion: Hashable, Sendable, MLSStruct {
    public var role: ServerRole
    public var userName: UserName
    public var kind: SlotKind
    public var clientNonce: LoginNonce

    public init(role: ServerRole, userName: UserName, kind: SlotKind, clientNonce: LoginNonce = .random()) {
        self.role = role
        self.userName = userName
        self.kind = kind
        self.clientNonce = clientNonce
    }

    public static var layout: StructLayout<Self, ServerRole, UserName, SlotKind, LoginNonce> {
        StructLayout(\.role, \.userName, \.kind, \.clientNonce) {
            Self(role: $0, userName: $1, kind: $2, clientNonce: $3)
        }
    }
}

/// What the server answers: its nonce, and how the user's password is hashed.
///
/// ```
/// struct {
///     PreLoginQuestion question;
///     opaque server_id[32];
///     opaque server_nonce[32];
///     optional<PasswordKDF> kdf;   // present if and only if kind is password
///     uint64 expires_at;           // seconds since 1970-01-01 00:00 UTC, by the server's clock
/// } PreLoginAnswer;
/// ```
public struct PreLoginAnswer: Hashable, Sendable, MLSStruct {
    public let question: PreLoginQuestion
    public let serverID: ServerID
    public let serverNonce: LoginNonce
    public let kdf: PasswordKDF?
    /// Until when the server takes a proof for its nonce. The client's own nonce makes the answer fresh, so a client
    /// whose clock is wrong need not look at it.
    public let expiresAt: UInt64

    /// - Throws: `.wrongKind` unless there is a KDF exactly for the kind `password`.
    public init(
        question: PreLoginQuestion, serverID: ServerID, serverNonce: LoginNonce = .random(), kdf: PasswordKDF?,
        expiresAt: UInt64
    ) throws(KeyHierarchyError) {
        guard (kdf != nil) == (question.kind == .password) else { throw KeyHierarchyError(.wrongKind, "KDF") }
        self.question = question
        self.serverID = serverID
        self.serverNonce = serverNonce
        self.kdf = kdf
        self.expiresAt = expiresAt
    }

    public static var layout: StructLayout<Self, PreLoginQuestion, ServerID, LoginNonce, PasswordKDF?, UInt64> {
        StructLayout(\.question, \.serverID, \.serverNonce, \.kdf, \.expiresAt) {
            (question, serverID, serverNonce, kdf, expiresAt) throws(CodecError) in
            guard
                let answer = try? Self(
                    question: question, serverID: serverID, serverNonce: serverNonce, kdf: kdf, expiresAt: expiresAt)
            else { throw CodecError(.invalidValue, "PreLoginAnswer.kdf") }
            return answer
        }
    }
}

/// A pre-login answer as it travels. Its content is to be had only through `verified(for:server:)`.
///
/// ```
/// struct {
///     uint8 version = 1;
///     opaque server_public_key[32];
///     PreLoginAnswer answer;
///     opaque signature[64];        // "pre-login", over PreLoginAnswer
/// } SignedPreLoginAnswer;
/// ```
public struct SignedPreLoginAnswer: Hashable, Sendable, MLSStruct {
    let version: FormatVersion
    public let serverPublicKey: ServerPublicKey
    let answer: PreLoginAnswer
    let signature: Signature

    /// Signs an answer, at the server.
    public init(_ answer: PreLoginAnswer, signedBy key: ServerSigningKey) throws(KeyHierarchyError) {
        guard answer.serverID == key.serverID else { throw KeyHierarchyError(.wrongServer) }
        version = .v1
        serverPublicKey = key.publicKey
        self.answer = answer
        signature = try key.sign(answer.encoded, as: .preLogin)
    }

    private init(version: FormatVersion, key: ServerPublicKey, answer: PreLoginAnswer, signature: Signature) {
        self.version = version
        self.serverPublicKey = key
        self.answer = answer
        self.signature = signature
    }

    public static var layout: StructLayout<Self, FormatVersion, ServerPublicKey, PreLoginAnswer, Signature> {
        StructLayout(\.version, \.serverPublicKey, \.answer, \.signature) {
            Self(version: $0, key: $1, answer: $2, signature: $3)
        }
    }

    /// Checks that the expected server made this answer, and to this question.
    ///
    /// - Parameter server: the pinned server; `nil` on first use, when the caller pins what it then sees.
    /// - Throws: `.wrongServer`, `.invalidSignature`, `.wrongRequest`.
    public func verified(
        for question: PreLoginQuestion, server: ServerID?
    ) throws(KeyHierarchyError) -> PreLoginAnswer {
        let serverID = serverPublicKey.serverID
        guard answer.serverID == serverID, server == nil || server == serverID else {
            throw KeyHierarchyError(.wrongServer)
        }
        guard serverPublicKey.isValid(signature, for: answer.encoded, as: .preLogin) else {
            throw KeyHierarchyError(.invalidSignature, "pre-login answer")
        }
        guard answer.question == question else { throw KeyHierarchyError(.wrongRequest, "pre-login answer") }
        return answer
    }
}
