public import MLSCodec

/// What a slot says about itself in the open. All of it is bound to the ciphertext as additional data.
///
/// ```
/// struct {
///     uint8 version = 1;
///     opaque id[16];
///     SlotKind kind;
///     opaque role<V>;                      // "key-store" or "auth-delivery"
///     opaque scope_id[16];                 // storeId or profileId
///     optional<PasswordKDF> kdf;           // password slots
///     optional<opaque[32]> public_key;     // recovery and device slots
/// } SlotHeader;
/// ```
public struct SlotHeader<Scope: SlotScope>: Hashable, Sendable, MLSStruct {
    let version: FormatVersion
    public let id: SlotID
    public let kind: SlotKind
    let role: ServerRole
    public let scopeID: FixedBytes<Scope.IDKind>
    public let kdf: PasswordKDF?
    public let publicKey: SlotPublicKey?

    init(id: SlotID, kind: SlotKind, scopeID: FixedBytes<Scope.IDKind>, kdf: PasswordKDF?, publicKey: SlotPublicKey?) {
        version = .v1
        self.id = id
        self.kind = kind
        role = Scope.role
        self.scopeID = scopeID
        self.kdf = kdf
        self.publicKey = publicKey
    }

    public static var layout:
        StructLayout<
            Self, FormatVersion, SlotID, SlotKind, ServerRole, FixedBytes<Scope.IDKind>, PasswordKDF?, SlotPublicKey?
        >
    {
        StructLayout(\.version, \.id, \.kind, \.role, \.scopeID, \.kdf, \.publicKey) {
            (_, id, kind, role, scopeID, kdf, publicKey) throws(CodecError) in
            guard role == Scope.role else { throw CodecError(.invalidValue, "SlotHeader.role") }
            guard (kdf != nil) == (kind == .password), (publicKey != nil) == (kind != .password) else {
                throw CodecError(.invalidValue, "SlotHeader.kind")
            }
            return Self(id: id, kind: kind, scopeID: scopeID, kdf: kdf, publicKey: publicKey)
        }
    }
}
