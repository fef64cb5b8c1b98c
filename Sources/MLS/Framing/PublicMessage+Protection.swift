import MLSCodec

extension PublicMessage {
    /// Wraps a signed message of a member and adds the membership tag (RFC 9420 §6.2).
    package init(
        protecting authenticated: AuthenticatedContent, membershipKey: SecretBytes, groupContext: [UInt8],
        provider: some CipherSuiteProvider
    ) {
        self.init(content: authenticated.content, auth: authenticated.auth, membershipTag: nil)
        membershipTag = provider.mac(key: membershipKey, data: toBeMACed(groupContext: groupContext))
    }

    /// Checks the membership tag (RFC 9420 §6.2).
    ///
    /// - Throws: `authenticationFailed`; `malformed` for application data, which must be encrypted (RFC 9420 §6);
    ///   `unsupported` for senders that are not members.
    package func unprotected(
        membershipKey: SecretBytes, groupContext: [UInt8], provider: some CipherSuiteProvider
    ) throws(MLSError) -> UnverifiedContent {
        guard content.body.type != .application else {
            throw MLSError(.malformed, "application data in a PublicMessage")
        }
        switch content.sender {
        case .member: break
        case .external: throw MLSError(.unsupported, "external proposals")
        case .newMemberProposal: throw MLSError(.unsupported, "new_member_proposal")
        case .newMemberCommit: throw MLSError(.unsupported, "external commits")
        }
        let expected = provider.mac(key: membershipKey, data: toBeMACed(groupContext: groupContext))
        guard let membershipTag, constantTimeEqual(membershipTag, expected) else {
            throw MLSError(.authenticationFailed, "membership_tag")
        }
        return UnverifiedContent(
            authenticatedContent: AuthenticatedContent(wireFormat: .publicMessage, content: content, auth: auth))
    }

    /// `struct { FramedContentTBS content_tbs; FramedContentAuthData auth; } AuthenticatedContentTBM` (RFC 9420 §6.2).
    private func toBeMACed(groupContext: [UInt8]) -> [UInt8] {
        var writer = MLSWriter()
        writer.write(raw: content.toBeSigned(as: .publicMessage, groupContext: groupContext))
        auth.encode(into: &writer)
        return writer.bytes
    }
}
