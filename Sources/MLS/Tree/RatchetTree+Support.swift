extension RatchetTree {
    /// Throws `invalidProposal` unless all members support a type of proposals that not every client has (RFC 9420 §12.2).
    func checkSupport(of type: ProposalType) throws(MLSError) {
        guard leaves.allSatisfy({ $0.leafNode.capabilities.supports(type) }) else {
            throw MLSError(.invalidProposal, "a type of proposals that not all members support")
        }
    }
}
