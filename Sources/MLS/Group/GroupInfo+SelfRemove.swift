import MLSCodec

extension GroupInfo {
    /// A SelfRemove as somebody commits it who is no member, and cannot check its membership tag
    /// (draft-ietf-mls-extensions).
    ///
    /// - Parameter tree: the group's.
    func verifiedSelfRemove(
        _ message: MLSMessage, in tree: RatchetTree, provider: any CipherSuiteProvider
    ) throws -> CommittedProposal {
        guard case .publicMessage(let message) = message, message.content.body == .proposal(.selfRemove),
            let leafIndex = message.content.sender.leafIndex
        else { throw MLSError(.malformed, "not a SelfRemove in a PublicMessage") }
        let context = content.groupContext
        guard message.content.groupID == context.groupID else { throw MLSError(.wrongGroup) }
        guard message.content.epoch == context.epoch else { throw MLSError(.wrongEpoch) }
        guard let leafNode = tree[leafIndex] else { throw MLSError(.unknownMember, "leaf \(leafIndex.rawValue)") }
        try tree.checkSupport(of: [.selfRemove])
        let unverified = UnverifiedContent(
            AuthenticatedContent(wireFormat: .publicMessage, content: message.content, auth: message.auth))
        let verified = try unverified.verified(
            by: leafNode.signatureKey, groupContext: context.encoded, provider: provider)
        return CommittedProposal(
            proposal: .selfRemove, sender: message.content.sender,
            reference: verified.authenticatedContent.proposalReference(provider: provider))
    }
}
