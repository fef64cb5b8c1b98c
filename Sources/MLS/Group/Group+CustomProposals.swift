/// Proposals of types that the application defines (RFC 9420 §12.1, §13.3).
extension Group {
    /// Proposes something that only the application understands.
    ///
    /// - Throws: `invalidProposal` if `GroupRules.customProposals` lacks the type, or some member does not support it.
    public mutating func proposeCustom(
        _ custom: CustomProposal, framing: HandshakeFraming, signer: SignaturePrivateKey,
        authenticatedData: [UInt8] = []
    ) throws(MLSError) -> MLSMessage {
        try tree.checkSupport(of: [custom.type])
        return try propose(
            .custom(custom), leafPrivateKey: nil, framing: framing, signer: signer,
            authenticatedData: authenticatedData)
    }

    func check(_ custom: CustomProposal, from sender: Sender) throws(MLSError) {
        guard let known = rules.customProposals.entry(for: custom.type) else {
            throw MLSError(.invalidProposal, "a type of proposals that the application does not know")
        }
        guard sender.leafIndex != nil || known.isAllowedForExternalSenders else {
            throw MLSError(.malformed, "a type of proposals that its sender must not send from outside the group")
        }
    }
}
