import CloudMLSAPI
import MLS
import MLSCodec

extension GroupActor {
    /// Proposes to remove the own account (RFC 9420 §12.1.3): a member cannot commit its own removal.
    ///
    /// Its handshake generation is given away in the batch that writes the proposal into the head. Repeated after a
    /// failure it makes another proposal, which does no harm: one commit takes both.
    package func leave() async throws {
        try await exclusively {
            for _ in 0..<Self.attempts {
                let stored = try await catchUpNow()
                guard stored.head?.intent == nil else {
                    _ = try await resumeNow()
                    continue
                }
                guard stored.head?.status != .removed else { return }
                if try await propose(from: stored) { return }
            }
            throw busy()
        }
    }

    /// - Returns: false if the head has to be looked at again.
    private func propose(from stored: GroupSnapshot) async throws -> Bool {
        var (head, group) = try stored.active()
        guard let (generation, reservation) = try await reserveHandshake(epoch: group.epoch, stored) else {
            return false
        }
        let signer = try await signingKey(head.account, in: group)
        let message = try group.proposeRemove(
            group.ownLeafIndex, framing: .privateMessage(generation: generation, padding: .padme), signer: signer)
        var next = stored
        next.group = group
        head.state = group.encodedState
        next.head = head
        guard try await write(next, since: stored, and: [reservation]) else { return false }
        // Proposed a second time in an epoch it is the same proposal, which the head has already.
        let isRaised = try await raiseAnchor(
            headRevision: stored.headRevision + (next.head == stored.head ? 0 : 1), epoch: group.epoch,
            .intent(generation: generation, resuming: false))
        guard isRaised else { return false }
        let post = ProposalPost(account: head.account, epoch: group.epoch, proposal: Bytes(message.encoded))
        do {
            _ = try await services.authDelivery.postProposal(
                group: id.bytes, post,
                idempotencyKey: services.secrets.proposalKey(group: id, proposal: message.encoded))
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
