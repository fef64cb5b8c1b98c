public import MLSCodec

/// A proposal of the current epoch that was sent on its own and that the next commit can refer to (RFC 9420 §12.1).
public struct PendingProposal: Hashable, Sendable, MLSStruct {
    public let reference: ProposalRef
    public let sender: LeafIndex
    public let proposal: Proposal
    /// `authenticated_data` of the message it came in.
    public let authenticatedData: [UInt8]
    /// For an own Update: the private key of the new leaf.
    let leafPrivateKey: HPKEPrivateKey?

    public static var layout: StructLayout<Self, ProposalRef, LeafIndex, Proposal, [UInt8], HPKEPrivateKey?> {
        StructLayout(\.reference, \.sender, \.proposal, \.authenticatedData, \.leafPrivateKey) {
            Self(reference: $0, sender: $1, proposal: $2, authenticatedData: $3, leafPrivateKey: $4)
        }
    }

    var committed: CommittedProposal {
        CommittedProposal(proposal: proposal, sender: sender, reference: reference)
    }
}
