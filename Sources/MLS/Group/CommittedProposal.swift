/// A proposal of a commit, with who proposed it.
public struct CommittedProposal: Hashable, Sendable {
    /// What the commit does.
    public var proposal: Proposal
    /// Who sent it; the committer if it came by value.
    public var sender: Sender
    /// How the commit names it; `nil` if it came by value.
    public var reference: ProposalRef?

    package init(proposal: Proposal, sender: Sender, reference: ProposalRef?) {
        self.proposal = proposal
        self.sender = sender
        self.reference = reference
    }
}
