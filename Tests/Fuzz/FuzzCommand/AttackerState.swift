import MLS
import MLSCodec

/// All that a member knows, in the hands of one that keeps no rule: it makes commits of whatever proposals it likes, with
/// the right path, transcript and confirmation tag (RFC 9420 §12.4.1).
struct AttackerState {
    let provider: any CipherSuiteProvider
    let signer: SignaturePrivateKey
    /// The member's own view, for what is signed and encrypted in this epoch.
    let group: Group
    private let tree: RatchetTree
    private let treeKeys: TreePrivateKeys
    private let secrets: EpochSecrets
    private let interimTranscriptHash: [UInt8]

    /// Takes a member's stored form apart (`Group.encodedState`).
    init(_ group: Group, signer: SignaturePrivateKey) throws {
        self.group = group
        self.signer = signer
        provider = group.provider
        var reader = MLSReader(group.encodedState)
        _ = try reader.readInteger(UInt8.self)
        _ = try GroupContext(from: &reader)
        tree = try RatchetTree(from: &reader)
        treeKeys = try TreePrivateKeys(from: &reader)
        _ = try LeafIndex(from: &reader)
        secrets = try EpochSecrets(from: &reader)
        _ = try reader.readOpaque()
        interimTranscriptHash = try reader.readOpaque()
    }

    /// The attacker's own leaf, changed and signed for its place.
    func leafNode(_ change: (inout LeafNode.Content) -> Void) throws -> LeafNode? {
        guard var content = group.member(at: group.ownLeafIndex)?.leafNode.content else { return nil }
        change(&content)
        return try LeafNode.signed(
            content, at: LeafNode.Position(groupID: group.groupID, leafIndex: group.ownLeafIndex), with: signer,
            provider: provider)
    }

    /// Signs and wraps anything.
    func message(_ body: FramedContent.Body, tag: [UInt8]?, framing: HandshakeFraming) throws -> MLSMessage {
        let isPublic = framing == .publicMessage
        var signed = try group.sign(
            body, as: isPublic ? .publicMessage : .privateMessage, authenticatedData: [], signer: signer)
        signed.auth.confirmationTag = tag
        return try group.protect(signed, framing: framing)
    }

    /// What a commit is made of.
    struct Plan {
        /// As the commit names them, with the senders of those that go by reference.
        var proposals: [(item: ProposalOrRef, proposal: Proposal, sender: LeafIndex)] = []
        var hasPath = true
        /// Of the path's leaf.
        var change: (inout LeafNode.Content) -> Void = { _ in }
        /// What the new epoch's secrets lack (RFC 9420 §8), so that the tag is right for nobody else.
        var lacksCommitSecret = false
        var lacksPreSharedKeys = false
        /// Of the finished commit, before it is signed.
        var mutate: (Commit) -> Commit = { $0 }
        var framing = HandshakeFraming.publicMessage
    }

    /// The commit's message, and the epoch authenticator that whoever accepts it must have.
    func commit(_ plan: Plan, preSharedKeys: PreSharedKeys) throws -> (message: MLSMessage, authenticator: SecretBytes)
    {
        var (tree, context) = (tree, group.context)
        let added = try apply(plan.proposals.map { ($0.proposal, $0.sender) }, to: &tree, &context)
        context.epoch &+= 1
        var commit = Commit(proposals: plan.proposals.map(\.item), path: nil)
        var commitSecret = SecretBytes(zeros: provider.hashLength)
        if plan.hasPath, var content = tree[group.ownLeafIndex]?.content {
            plan.change(&content)
            let new = try tree.replacePath(
                content: content, groupID: group.groupID, signer: signer, privateKeys: treeKeys, provider: provider)
            context.treeHash = tree.treeHash(provider: provider)
            commit.path = try new.encrypted(
                in: tree, groupContext: context.encoded, adding: added, provider: provider)
            if !plan.lacksCommitSecret { commitSecret = new.commitSecret }
        }
        context.treeHash = tree.treeHash(provider: provider)
        commit = plan.mutate(commit)

        var signed = try group.sign(
            .commit(commit), as: plan.framing == .publicMessage ? .publicMessage : .privateMessage,
            authenticatedData: [], signer: signer)
        context.confirmedTranscriptHash = provider.confirmedTranscriptHash(
            interim: interimTranscriptHash, commit: signed)
        let keys = plan.proposals.compactMap { proposal -> PreSharedKey? in
            guard !plan.lacksPreSharedKeys, case .preSharedKey(let id) = proposal.proposal,
                let secret = preSharedKeys[id.key]
            else { return nil }
            return PreSharedKey(id: id, secret: secret)
        }
        let epoch = try KeySchedule(
            initSecret: secrets.initSecret, commitSecret: commitSecret, pskSecret: try provider.pskSecret(keys),
            groupContext: context.encoded, provider: provider
        ).epochSecrets(groupContext: context.encoded, provider: provider)
        signed.auth.confirmationTag = epoch.confirmationTag(
            confirmedTranscriptHash: context.confirmedTranscriptHash, provider: provider)
        return (try group.protect(signed, framing: plan.framing), epoch.epochAuthenticator)
    }

    /// Applies proposals in the order of RFC 9420 §12.3, and checks none.
    private func apply(
        _ proposals: [(proposal: Proposal, sender: LeafIndex)], to tree: inout RatchetTree,
        _ context: inout GroupContext
    ) throws -> Set<LeafIndex> {
        for case (.groupContextExtensions(let extensions), _) in proposals { context.extensions = extensions }
        for case (.update(let leafNode), let sender) in proposals { _ = try? tree.update(sender, to: leafNode) }
        for (proposal, sender) in proposals {
            if case .remove(let leaf) = proposal { _ = try? tree.remove(leaf) }
            if proposal == .selfRemove { _ = try? tree.remove(sender) }
        }
        var added: Set<LeafIndex> = []
        for case (.add(let keyPackage), _) in proposals { added.insert(try tree.add(keyPackage.leafNode)) }
        return added
    }
}
