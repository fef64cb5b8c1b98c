extension RatchetTree {
    /// Throws `invalidProposal` unless all members support types of proposals that not every client has (RFC 9420 §12.2).
    ///
    /// - Parameter leaving: members that need not. Only where one of all lacks a type is each leaf looked at.
    func checkSupport(of types: Set<ProposalType>, besides leaving: Set<LeafIndex> = []) throws(MLSError) {
        if root.capabilities.supports(all: Array(types)) { return }
        let isSupported = leaves.allSatisfy { leaf in
            leaving.contains(leaf.index) || types.allSatisfy(leaf.leafNode.capabilities.supports)
        }
        guard isSupported else {
            throw MLSError(.invalidProposal, "a type of proposals that not all members support")
        }
    }

    /// Throws `invalidLeafNode` unless all members have what the group is about to require (RFC 9420 §12.1.7): what
    /// `LeafNode.check(against:)` asks of one leaf for the group's sake.
    func checkSupport(of requirements: LeafRequirements) throws(MLSError) {
        let required = requirements.required
        guard root.capabilities.supports(all: requirements.extensionTypes) else {
            throw MLSError(.invalidLeafNode, "a member that lacks an extension of the group")
        }
        guard root.capabilities.supports(all: required.extensionTypes),
            root.capabilities.supports(all: required.proposalTypes),
            root.credentials.supports(all: required.credentialTypes)
        else { throw MLSError(.invalidLeafNode, "a member that lacks what the group requires") }
    }
}
