/// An application message whose signature was checked (RFC 9420 §6).
public struct ApplicationMessage: Hashable, Sendable {
    public var data: [UInt8]
    /// Readable by anybody on the way, and signed.
    public var authenticatedData: [UInt8]
    public var epoch: UInt64
    public var sender: LeafIndex
    public var senderCredential: Credential
    public var senderSignatureKey: SignaturePublicKey
}
