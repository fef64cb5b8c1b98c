import MLSCodec

extension PublicMessage {
    /// Wraps a signed message of a member and adds the membership tag (RFC 9420 §6.2).
    package init(
        protecting authenticated: AuthenticatedContent, membershipKey: SecretBytes, groupContext: [UInt8],
        provider: some CipherSuiteProvider
    ) {
        self.init(content: authenticated.content, auth: authenticated.auth, membershipTag: nil)
        membershipTag = provider.mac(
            key: membershipKey, data: toBeMACed(content.encoded, groupContext: groupContext))
    }

    /// A signed message of somebody who is no member, and so has no membership tag (RFC 9420 §6.2).
    init(fromOutside authenticated: AuthenticatedContent) {
        self.init(content: authenticated.content, auth: authenticated.auth, membershipTag: nil)
    }

    /// Checks the membership tag of a member's message (RFC 9420 §6.2), or that it is one that outsiders may send.
    ///
    /// - Throws: `authenticationFailed`; `malformed` for application data, which must be encrypted (RFC 9420 §6), and for
    ///   what outsiders must not send.
    package func unprotected(
        membershipKey: SecretBytes, groupContext: [UInt8], provider: some CipherSuiteProvider
    ) throws(MLSError) -> UnverifiedContent {
        guard content.body.type != .application else {
            throw MLSError(.malformed, "application data in a PublicMessage")
        }
        try content.checkSender()
        let encodedContent = content.encoded
        if content.sender.leafIndex == nil {
            guard membershipTag == nil else { throw MLSError(.malformed, "membership_tag of an outsider") }
        } else {
            let expected = provider.mac(
                key: membershipKey, data: toBeMACed(encodedContent, groupContext: groupContext))
            guard let membershipTag, constantTimeEqual(membershipTag, expected) else {
                throw MLSError(.authenticationFailed, "membership_tag")
            }
        }
        return UnverifiedContent(
            AuthenticatedContent(wireFormat: .publicMessage, content: content, auth: auth),
            encodedContent: encodedContent)
    }

    /// `struct { FramedContentTBS content_tbs; FramedContentAuthData auth; } AuthenticatedContentTBM` (RFC 9420 §6.2).
    ///
    /// - Parameter encodedContent: that of `content`.
    private func toBeMACed(_ encodedContent: [UInt8], groupContext: [UInt8]) -> [UInt8] {
        var writer = MLSWriter(reservingCapacity: encodedContent.count + groupContext.count + 256)
        writer.write(
            raw: content.sender.toBeSigned(encodedContent, as: .publicMessage, groupContext: groupContext))
        auth.encode(into: &writer)
        return writer.bytes
    }
}
