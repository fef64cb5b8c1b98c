public import MLSCodec

/// A proposal of the current epoch that was sent on its own and that the next commit can refer to (RFC 9420 §12.1).
public struct PendingProposal: Hashable, Sendable, MLSCodable, LaidOut {
    /// How a commit names it, and what `CommitRequest.admitting` lists.
    public let reference: ProposalRef
    /// A member, an external sender or a client that wants to be added. Never `newMemberCommit`.
    public let sender: Sender
    /// What is asked for.
    public let proposal: Proposal
    /// `authenticated_data` of the message it came in.
    public let authenticatedData: [UInt8]
    /// For an own Update: the private key of the new leaf.
    let leafPrivateKey: HPKEPrivateKey?

    static let layout: StructLayout<Self, ProposalRef, Sender, Proposal, [UInt8], HPKEPrivateKey?> =
        StructLayout(\.reference, \.sender, \.proposal, \.authenticatedData, \.leafPrivateKey) {
            Self(reference: $0, sender: $1, proposal: $2, authenticatedData: $3, leafPrivateKey: $4)
        }

    var committed: CommittedProposal {
        CommittedProposal(proposal: proposal, sender: sender, reference: reference)
    }
}

/// A pending proposal of a member as a stored group of version 1 has it.
struct PendingMemberProposal: MLSStruct {
    let reference: ProposalRef
    let sender: LeafIndex
    let proposal: Proposal
    let authenticatedData: [UInt8]
    let leafPrivateKey: HPKEPrivateKey?

    static let layout: StructLayout<Self, ProposalRef, LeafIndex, Proposal, [UInt8], HPKEPrivateKey?> = StructLayout(
        \.reference, \.sender, \.proposal, \.authenticatedData, \.leafPrivateKey
    ) {
        Self(reference: $0, sender: $1, proposal: $2, authenticatedData: $3, leafPrivateKey: $4)
    }

    /// `nil` if the sender is no member.
    init?(_ pending: PendingProposal) {
        guard let sender = pending.sender.leafIndex else { return nil }
        self.init(
            reference: pending.reference, sender: sender, proposal: pending.proposal,
            authenticatedData: pending.authenticatedData, leafPrivateKey: pending.leafPrivateKey)
    }

    private init(
        reference: ProposalRef, sender: LeafIndex, proposal: Proposal, authenticatedData: [UInt8],
        leafPrivateKey: HPKEPrivateKey?
    ) {
        self.reference = reference
        self.sender = sender
        self.proposal = proposal
        self.authenticatedData = authenticatedData
        self.leafPrivateKey = leafPrivateKey
    }

    var pending: PendingProposal {
        PendingProposal(
            reference: reference, sender: .member(sender), proposal: proposal, authenticatedData: authenticatedData,
            leafPrivateKey: leafPrivateKey)
    }
}
