/// An application message whose signature was checked (RFC 9420 §6).
public struct ApplicationMessage: Hashable, Sendable {
    /// What the sender handed to `encrypt`, without padding.
    public var data: [UInt8]
    /// Readable by anybody on the way, and signed.
    public var authenticatedData: [UInt8]
    /// The epoch that the message was sent in.
    public var epoch: UInt64
    /// The leaf that the sender had in that epoch.
    public var sender: LeafIndex
    /// Who the sender said to be, at that leaf and in that epoch.
    public var senderCredential: Credential
    /// The key that the message was signed with.
    public var senderSignatureKey: SignaturePublicKey
}
