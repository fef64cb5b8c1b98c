import MLSCodec

// struct {
//     ProtocolVersion version = mls10;
//     WireFormat wire_format;
//     FramedContent content;
//     select (FramedContentTBS.content.sender.sender_type) {
//         case member, new_member_commit:     GroupContext context;
//         case external, new_member_proposal: struct{};
//     };
// } FramedContentTBS;

extension Sender {
    /// FramedContentTBS of content from this sender (RFC 9420 §6.1).
    ///
    /// - Parameters:
    ///   - content: the encoded FramedContent.
    ///   - groupContext: the encoded GroupContext of the epoch the message belongs to.
    func toBeSigned(_ content: [UInt8], as wireFormat: WireFormat, groupContext: [UInt8]) -> [UInt8] {
        var writer = MLSWriter(reservingCapacity: 4 + content.count + groupContext.count)
        ProtocolVersion.mls10.encode(into: &writer)
        wireFormat.encode(into: &writer)
        writer.write(raw: content)
        switch self {
        case .member, .newMemberCommit: writer.write(raw: groupContext)
        case .external, .newMemberProposal: break
        }
        return writer.bytes
    }
}

extension AuthenticatedContent {
    /// Signs `content` (RFC 9420 §6.1). A commit gets its confirmation tag later, since that depends on the signature.
    package static func signed(
        _ content: FramedContent, as wireFormat: WireFormat, groupContext: [UInt8], with key: SignaturePrivateKey,
        provider: some CipherSuiteProvider
    ) throws(CryptoError) -> AuthenticatedContent {
        let signature = try provider.signWithLabel(
            key, label: "FramedContentTBS",
            content: content.sender.toBeSigned(content.encoded, as: wireFormat, groupContext: groupContext))
        return AuthenticatedContent(
            wireFormat: wireFormat, content: content, auth: FramedContentAuthData(signature: signature))
    }

    /// The message's name in commits (RFC 9420 §5.2).
    package func proposalReference(provider: some CipherSuiteProvider) -> ProposalRef {
        provider.makeProposalRef(encoded)
    }
}

/// A message that came out of its wire format; its signature is still to be checked.
package struct UnverifiedContent: Sendable {
    package let authenticatedContent: AuthenticatedContent
    /// The FramedContent's encoding: signature and transcript cover it, and that of a commit may be long.
    private let encodedContent: [UInt8]

    /// - Parameter encodedContent: where it is known already.
    init(_ authenticatedContent: AuthenticatedContent, encodedContent: [UInt8]? = nil) {
        self.authenticatedContent = authenticatedContent
        self.encodedContent = encodedContent ?? authenticatedContent.content.encoded
    }

    package var content: FramedContent { authenticatedContent.content }

    /// Checks the signature (RFC 9420 §6.1).
    ///
    /// - Parameter key: the sender's key, from where RFC 9420 §6.1 says for its type.
    package func verified(
        by key: SignaturePublicKey, groupContext: [UInt8], provider: some CipherSuiteProvider
    ) throws(MLSError) -> VerifiedContent {
        let toBeSigned = content.sender.toBeSigned(
            encodedContent, as: authenticatedContent.wireFormat, groupContext: groupContext)
        guard
            provider.verifyWithLabel(
                key, label: "FramedContentTBS", content: toBeSigned, signature: authenticatedContent.auth.signature)
        else { throw MLSError(.authenticationFailed, "FramedContentTBS") }
        return VerifiedContent(authenticatedContent, encodedContent: encodedContent)
    }
}

/// A message whose signature, and membership tag or encryption, were checked. A commit's confirmation tag is not.
package struct VerifiedContent: Sendable {
    package let authenticatedContent: AuthenticatedContent
    /// The FramedContent's encoding.
    let encodedContent: [UInt8]

    fileprivate init(_ authenticatedContent: AuthenticatedContent, encodedContent: [UInt8]) {
        self.authenticatedContent = authenticatedContent
        self.encodedContent = encodedContent
    }

    package var content: FramedContent { authenticatedContent.content }
    package var auth: FramedContentAuthData { authenticatedContent.auth }
}
