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

extension FramedContent {
    /// FramedContentTBS (RFC 9420 §6.1).
    ///
    /// - Parameter groupContext: the encoded GroupContext of the epoch the message belongs to.
    func toBeSigned(as wireFormat: WireFormat, groupContext: [UInt8]) -> [UInt8] {
        var writer = MLSWriter(reservingCapacity: 256 + groupContext.count)
        ProtocolVersion.mls10.encode(into: &writer)
        wireFormat.encode(into: &writer)
        encode(into: &writer)
        switch sender {
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
            key, label: "FramedContentTBS", content: content.toBeSigned(as: wireFormat, groupContext: groupContext))
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

    package var content: FramedContent { authenticatedContent.content }

    /// Checks the signature (RFC 9420 §6.1).
    ///
    /// - Parameter key: the sender's key, from where RFC 9420 §6.1 says for its type.
    package func verified(
        by key: SignaturePublicKey, groupContext: [UInt8], provider: some CipherSuiteProvider
    ) throws(MLSError) -> VerifiedContent {
        let toBeSigned = content.toBeSigned(as: authenticatedContent.wireFormat, groupContext: groupContext)
        guard
            provider.verifyWithLabel(
                key, label: "FramedContentTBS", content: toBeSigned, signature: authenticatedContent.auth.signature)
        else { throw MLSError(.authenticationFailed, "FramedContentTBS") }
        return VerifiedContent(authenticatedContent)
    }
}

/// A message whose signature, and membership tag or encryption, were checked. A commit's confirmation tag is not.
package struct VerifiedContent: Sendable {
    package let authenticatedContent: AuthenticatedContent

    fileprivate init(_ authenticatedContent: AuthenticatedContent) {
        self.authenticatedContent = authenticatedContent
    }

    package var content: FramedContent { authenticatedContent.content }
    package var auth: FramedContentAuthData { authenticatedContent.auth }
}
