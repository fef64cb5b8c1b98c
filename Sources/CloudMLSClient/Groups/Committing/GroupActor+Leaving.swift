import CloudMLSAPI
import MLS
import MLSCodec

extension GroupActor {
    /// What a member proposes about itself.
    enum OwnProposal {
        /// Its removal (RFC 9420 §12.1.3), which it cannot commit itself.
        case removal
        /// New keys of its leaf (RFC 9420 §12.1.2), which the next commit of another member brings in. The private key is
        /// in the head that the proposal is written into.
        case update
    }

    /// Its handshake generation is given away in the batch that writes the proposal into the head. Repeated after a
    /// failure it makes another proposal, which does no harm: one commit takes both removals, or the later update.
    func proposeNow(_ proposal: OwnProposal) async throws {
        var attempts = attempts()
        while true {
            try attempts.count()
            let stored = try await catchUpNow()
            guard stored.head?.intent == nil else {
                _ = try await resumeNow()
                continue
            }
            if proposal == .removal, stored.head?.status == .removed { return }
            if try await propose(proposal, from: stored) { return }
        }
    }

    /// - Returns: false if the head has to be looked at again.
    private func propose(_ proposal: OwnProposal, from stored: GroupSnapshot) async throws -> Bool {
        var (head, group) = try stored.active()
        guard let (generation, reservation) = try await reserveHandshake(epoch: group.epoch, stored) else {
            return false
        }
        let signer = try await signingKey(head.account, in: group)
        let framing = HandshakeFraming.privateMessage(generation: generation, padding: .padme)
        let message =
            switch proposal {
            case .removal: try group.proposeRemove(group.ownLeafIndex, framing: framing, signer: signer)
            case .update: try group.proposeUpdate(framing: framing, signer: signer)
            }
        var next = stored
        next.group = group
        head.state = group.encodedState
        next.head = head
        let isWritten = try await services.environment.perform(ProposalStep.writeProposal) {
            try await write(next, since: stored, and: [reservation])
        }
        guard isWritten else { return false }
        // Proposed a second time in an epoch it is the same proposal, which the head has already.
        let isRaised = try await raiseAnchor(
            headRevision: stored.headRevision + (next.head == stored.head ? 0 : 1), epoch: group.epoch,
            .handshake(generation: generation, commit: nil))
        guard isRaised else { return false }
        let post = ProposalPost(account: head.account, epoch: group.epoch, proposal: Bytes(message.encoded))
        do {
            _ = try await services.environment.perform(ProposalStep.postProposal) {
                try await services.authDelivery.postProposal(
                    group: id.bytes, post,
                    idempotencyKey: services.secrets.proposalKey(group: id, proposal: message.encoded))
            }
            return true
        } catch let error as ClientError where error.code == .refused(.epochConflict) {
            return false
        } catch let error as ClientError where error.code == .refused(.notFound) {
            // Somebody was faster and has removed the account: the log ends with that.
            guard try await catchUpNow().head?.status == .removed else { throw error }
            return false
        }
    }
}

/// A proposal of one's own: the head with the proposal, and then the proposal itself.
enum ProposalStep: String, OperationStep {
    case writeProposal
    case postProposal
}
