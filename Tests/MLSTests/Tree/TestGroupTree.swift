import MLS
import MLSCodec
import TestSupport

/// A group as far as TreeKEM goes: one public tree, and every member's private keys.
struct TestGroupTree {
    struct Member {
        var keys: TreePrivateKeys
        var signer: SignaturePrivateKey
    }

    let provider: any CipherSuiteProvider
    var tree = RatchetTree()
    var members: [LeafIndex: Member] = [:]
    private var count = 0
    var context: GroupContext

    init(provider: any CipherSuiteProvider) throws {
        self.provider = provider
        context = GroupContext(
            cipherSuite: provider.cipherSuite, groupID: [1, 2, 3], epoch: 0, treeHash: [],
            confirmedTranscriptHash: [], extensions: [])
        _ = try add()
    }

    /// What a commit changed, as its receivers need to know it.
    struct Commit {
        var sender: LeafIndex
        var path: UpdatePath
        var added: Set<LeafIndex>
        /// With the proposals applied, and without the path.
        var provisional: RatchetTree
        var groupContext: [UInt8]
        var commitSecret: SecretBytes
        var new: NewPath
    }

    /// Adds a member without any keys above its leaf.
    mutating func add() throws -> LeafIndex {
        count += 1
        let leaf = try TestLeaf.generate("member \(count)", provider: provider)
        let index = try tree.add(leaf.leafNode)
        members[index] = Member(
            keys: TreePrivateKeys(leafIndex: index, leafKey: leaf.encryptionKey), signer: leaf.signer)
        return index
    }

    mutating func remove(_ index: LeafIndex) throws {
        try tree.remove(index)
        members[index] = nil
    }

    mutating func update(_ index: LeafIndex) throws {
        guard var member = members[index], let leafNode = tree[index] else { return }
        let leaf = try TestLeaf(leafNode: leafNode, encryptionKey: member.keys.leafKey, signer: member.signer)
            .renewed(
                .update, at: LeafNode.Position(groupID: context.groupID, leafIndex: index), provider: provider)
        try tree.update(index, to: leaf.leafNode)
        member.keys.replaceLeafKey(leaf.encryptionKey)
        members[index] = member
    }

    /// Puts a new path of `sender` into the tree; nobody else has processed it yet.
    mutating func commit(by sender: LeafIndex, adding added: Set<LeafIndex>) throws -> Commit {
        for index in members.keys { members[index]?.keys.dropBlankNodes(of: tree) }
        guard let member = members[sender], let leafNode = tree[sender] else {
            throw MLSError(.unknownMember, "the test's committer")
        }
        let provisional = tree
        let new = try tree.replacePath(
            content: leafNode.content, groupID: context.groupID, signer: member.signer, privateKeys: member.keys,
            provider: provider)
        context.epoch += 1
        context.treeHash = tree.treeHash(provider: provider)
        let path = try new.encrypted(
            in: tree, groupContext: context.encoded, adding: added, provider: provider)
        members[sender]?.keys = new.privateKeys
        return Commit(
            sender: sender, path: path, added: added, provisional: provisional, groupContext: context.encoded,
            commitSecret: new.commitSecret, new: new)
    }

    /// Lets everybody but the committer process a commit; new members join by its path secrets.
    ///
    /// - Returns: the commit secrets of those who were members before.
    mutating func process(_ commit: Commit) throws -> [SecretBytes] {
        var secrets: [SecretBytes] = []
        for (index, member) in members where index != commit.sender {
            var keys = member.keys
            if commit.added.contains(index) {
                keys = try TreePrivateKeys(
                    joiningAt: index, leafKey: keys.leafKey, pathSecret: commit.new.pathSecret(for: index),
                    from: commit.sender, in: tree, provider: provider)
            } else {
                var received = commit.provisional
                try received.merge(commit.path, from: commit.sender, adding: commit.added, provider: provider)
                secrets.append(
                    try keys.process(
                        commit.path, from: commit.sender, in: received, adding: commit.added,
                        groupContext: commit.groupContext, provider: provider))
            }
            members[index]?.keys = keys
        }
        return secrets
    }
}
