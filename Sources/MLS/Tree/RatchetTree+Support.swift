extension RatchetTree {
    /// Throws `invalidProposal` unless all members support types of proposals that not every client has (RFC 9420 §12.2).
    ///
    /// - Parameter leaving: members that need not.
    func checkSupport(of types: Set<ProposalType>, besides leaving: Set<LeafIndex> = []) throws(MLSError) {
        guard !types.isEmpty else { return }
        let isSupported = leaves.allSatisfy { leaf in
            leaving.contains(leaf.index) || types.allSatisfy(leaf.leafNode.capabilities.supports)
        }
        guard isSupported else {
            throw MLSError(.invalidProposal, "a type of proposals that not all members support")
        }
    }
}
