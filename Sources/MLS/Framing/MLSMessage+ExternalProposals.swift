extension MLSMessage {
    /// A proposal of somebody whom a group's `external_senders` extension names (RFC 9420 §12.1.8).
    ///
    /// - Parameters:
    ///   - proposal: an Add, Remove, PreSharedKey, ReInit, GroupContextExtensions, or a custom one that the group's members
    ///     take from external senders.
    ///   - groupID, epoch: where it shall be committed.
    ///   - senderIndex: the place in `external_senders`.
    ///   - signer: belongs to the signature key there.
    ///   - authenticatedData: signed, and readable by anybody, as all of the message is.
    ///   - provider: of the group's cipher suite.
    /// - Throws: `malformed` for a proposal of another type.
    public static func externalProposal(
        _ proposal: Proposal, groupID: [UInt8], epoch: UInt64, senderIndex: UInt32, signer: SignaturePrivateKey,
        authenticatedData: [UInt8] = [], provider: some CipherSuiteProvider
    ) throws(MLSError) -> MLSMessage {
        try outsideMessage(
            FramedContent(
                groupID: groupID, epoch: epoch, sender: .external(senderIndex: senderIndex),
                authenticatedData: authenticatedData, body: .proposal(proposal)),
            signer: signer, provider: provider)
    }

    /// A client's proposal to add itself to a group (RFC 9420 §12.1.8). Members commit it if they admit it
    /// (`CommitRequest.admitting`), and the committer's Welcome is for `keyPackage`.
    ///
    /// - Parameters:
    ///   - groupID, epoch: where it shall be committed.
    ///   - signer: belongs to the signature key of the KeyPackage's leaf.
    ///   - authenticatedData: signed, and readable by anybody, as all of the message is.
    ///   - provider: of the group's cipher suite.
    public static func newMemberProposal(
        _ keyPackage: KeyPackage, groupID: [UInt8], epoch: UInt64, signer: SignaturePrivateKey,
        authenticatedData: [UInt8] = [], provider: some CipherSuiteProvider
    ) throws(MLSError) -> MLSMessage {
        try outsideMessage(
            FramedContent(
                groupID: groupID, epoch: epoch, sender: .newMemberProposal, authenticatedData: authenticatedData,
                body: .proposal(.add(keyPackage))),
            signer: signer, provider: provider)
    }

    private static func outsideMessage(
        _ content: FramedContent, signer: SignaturePrivateKey, provider: some CipherSuiteProvider
    ) throws(MLSError) -> MLSMessage {
        try content.checkSender()
        // Such signatures cover no GroupContext (RFC 9420 §6.1).
        let signed = try MLSError.mapping {
            try AuthenticatedContent.signed(
                content, as: .publicMessage, groupContext: [], with: signer, provider: provider)
        }
        return .publicMessage(PublicMessage(fromOutside: signed))
    }
}
