public import MLSCodec

// struct {
//     SignaturePublicKey signature_key;
//     Credential credential;
// } ExternalSender;

/// Who may propose from outside the group (RFC 9420 §12.1.8.1).
public struct ExternalSender: Hashable, Sendable, MLSCodable, LaidOut {
    /// What the sender's proposals are signed with.
    public var signatureKey: SignaturePublicKey
    /// Who the sender says to be.
    public var credential: Credential

    /// An entry of the list.
    ///
    /// The parameters are the properties of the same names.
    public init(signatureKey: SignaturePublicKey, credential: Credential) {
        self.signatureKey = signatureKey
        self.credential = credential
    }

    static let layout: StructLayout<Self, SignaturePublicKey, Credential> = StructLayout(
        \.signatureKey, \.credential
    ) { Self(signatureKey: $0, credential: $1) }
}
