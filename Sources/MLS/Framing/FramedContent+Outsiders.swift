extension FramedContent {
    /// Throws unless the content is of a kind that its sender may send (RFC 9420 §6.1, §12.1.8). Members may send all.
    func checkSender() throws(MLSError) {
        switch (sender, body) {
        case (.member, _), (.newMemberCommit, .commit), (.newMemberProposal, .proposal(.add)):
            break
        case (.external, .proposal(let proposal)) where proposal.type.isAllowedForExternalSenders:
            break
        case (.external, .proposal(.custom)):
            // That is for the application to say (`CustomProposalType`).
            break
        default:
            throw MLSError(.malformed, "content that its sender must not send from outside the group")
        }
    }
}
