import MLS
import MLSCodec
import MLSCrypto
import TestSupport
import Testing

@Suite struct TreeKEMTests {
    /// Random commits: everybody derives the same secret, and a joiner would accept every tree on the way.
    @Test(arguments: [1, 2, 3] as [UInt16], [1, 2] as [UInt64])
    func randomCommitsKeepEverybodyTogether(suite: UInt16, seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var group = try TestGroupTree(provider: SwiftCryptoProvider(CipherSuite(rawValue: suite)))
        for _ in 0..<12 {
            let all = group.members.keys.sorted()
            let sender = try #require(all.randomElement(using: &generator))
            var others = all.filter { $0 != sender }.shuffled(using: &generator)
            if let updated = others.popLast(), Bool.random(using: &generator) { try group.update(updated) }
            for _ in 0..<Int.random(in: 0...2, using: &generator) {
                if let removed = others.popLast() { try group.remove(removed) }
            }
            var added: Set<LeafIndex> = []
            for _ in 0..<Int.random(in: 0...3, using: &generator) { added.insert(try group.add()) }

            let commit = try group.commit(by: sender, adding: added)
            let secrets = try group.process(commit)
            #expect(secrets.count == group.members.count - added.count - 1)
            #expect(secrets.allSatisfy { $0 == commit.commitSecret })
            try checkAgreement(group)
        }
    }

    private func checkAgreement(_ group: TestGroupTree) throws {
        var tree = try RatchetTree(decoding: group.tree.encoded)
        #expect(tree.treeHash(provider: group.provider) == group.context.treeHash)
        try tree.validate(in: group.context, provider: group.provider)
        for (index, member) in group.members {
            try member.keys.checkConsistency(with: tree, provider: group.provider)
            // The tree invariant (RFC 9420 §4.2): the keys of exactly those nodes above the leaf that it is merged into.
            let known = Set(member.keys.pathKeys.map(\.node))
            for node in tree.size.directPath(of: index) {
                guard case .parent(let parent) = tree[node] else {
                    #expect(!known.contains(node))
                    continue
                }
                #expect(known.contains(node) != parent.unmergedLeaves.contains(index))
            }
        }
    }

    /// What somebody may have done to a path on its way.
    enum Tampering: CaseIterable, CustomTestStringConvertible {
        case nodeMissing
        case nodeTooMany
        case ciphertextMissing
        case ciphertextTooMany
        case keyOfAnotherNode
        case keyTwice
        case otherParentHash
        case leafNotFromCommit
        case keyReplaced
        case keyThatIsNone

        var testDescription: String { "\(self)" }

        var expected: MLSError {
            switch self {
            case .nodeMissing, .nodeTooMany, .ciphertextMissing, .ciphertextTooMany, .keyOfAnotherNode, .keyTwice:
                MLSError(.invalidCommit)
            case .otherParentHash, .leafNotFromCommit, .keyReplaced:
                MLSError(.authenticationFailed)
            case .keyThatIsNone:
                MLSError(.cryptography)
            }
        }

        func apply(to path: inout UpdatePath, in tree: RatchetTree, provider: some CipherSuiteProvider) throws {
            switch self {
            case .nodeMissing: path.nodes.removeLast()
            case .nodeTooMany: path.nodes.append(path.nodes[0])
            case .ciphertextMissing: path.nodes[1].encryptedPathSecrets.removeLast()
            case .ciphertextTooMany:
                path.nodes[1].encryptedPathSecrets.append(HPKECiphertext(kemOutput: [], ciphertext: []))
            case .keyOfAnotherNode:
                path.nodes[0].encryptionKey = tree.leaves[3].leafNode.content.encryptionKey
            case .keyTwice: path.nodes[0].encryptionKey = path.nodes[1].encryptionKey
            case .otherParentHash:
                path.leafNode.content.source = .commit(parentHash: provider.hash([]))
            case .leafNotFromCommit:
                path.leafNode.content.source = .update
            case .keyReplaced:
                path.nodes[1].encryptionKey =
                    try provider.deriveHPKEKeyPair(inputKeyMaterial: provider.random(32)).publicKey
            case .keyThatIsNone:
                path.nodes[1].encryptionKey = HPKEPublicKey([1])
            }
        }
    }

    @Test(arguments: Tampering.allCases)
    func tamperedPathsAreRefused(tampering: Tampering) throws {
        let (group, original) = try committedGroup()
        var commit = original
        try tampering.apply(to: &commit.path, in: commit.provisional, provider: group.provider)
        var received = commit.provisional
        #expect(throws: tampering.expected) {
            try received.merge(commit.path, from: commit.sender, adding: [], provider: group.provider)
        }
        #expect(received == commit.provisional, "a refused path changes nothing")
    }

    @Test func otherContextsAndCiphertextsAreRefused() throws {
        let (group, original) = try committedGroup()
        var commit = original
        var keys = try #require(group.members[LeafIndex(5)]?.keys)
        let before = keys
        #expect(throws: MLSError(.authenticationFailed)) {
            try keys.process(
                commit.path, from: commit.sender, in: group.tree, adding: [],
                groupContext: commit.groupContext + [0], provider: group.provider)
        }
        // Another node's ciphertext, in the right place.
        for index in commit.path.nodes.indices {
            for place in commit.path.nodes[index].encryptedPathSecrets.indices {
                commit.path.nodes[index].encryptedPathSecrets[place] = commit.path.nodes[0].encryptedPathSecrets[0]
            }
        }
        #expect(throws: MLSError(.authenticationFailed)) {
            try keys.process(
                commit.path, from: commit.sender, in: group.tree, adding: [], groupContext: commit.groupContext,
                provider: group.provider)
        }
        #expect(keys == before, "a refused path changes nothing")
    }

    /// A secret that is encrypted well, and does not lead to the keys that the path shows.
    @Test func pathSecretsThatLeadElsewhereAreRefused() throws {
        let (group, original) = try committedGroup()
        var commit = original
        var keys = try #require(group.members[LeafIndex(5)]?.keys)
        let before = keys
        // Below the root's right child, which is blank, leaf 5 is the second of three.
        commit.path.nodes[2].encryptedPathSecrets[1] = try group.provider.encryptWithLabel(
            try #require(group.tree[LeafIndex(5)]).encryptionKey, label: "UpdatePathNode",
            context: commit.groupContext, plaintext: group.provider.random(32).bytes)
        #expect(throws: MLSError(.invalidCommit)) {
            try keys.process(
                commit.path, from: commit.sender, in: group.tree, adding: [], groupContext: commit.groupContext,
                provider: group.provider)
        }
        #expect(keys == before)
    }

    @Test func pathSecretsOfOtherNodesAreRefused() throws {
        let (group, commit) = try committedGroup()
        let keys = try #require(group.members[LeafIndex(5)]?.keys)
        let wrong = try #require(commit.new.pathSecret(for: LeafIndex(1)))
        #expect(throws: MLSError(.invalidTree)) {
            try TreePrivateKeys(
                joiningAt: LeafIndex(5), leafKey: keys.leafKey, pathSecret: wrong, from: commit.sender,
                in: group.tree, provider: group.provider)
        }
        #expect(throws: MLSError(.invalidTree)) {
            try TreePrivateKeys(
                joiningAt: LeafIndex(4), leafKey: keys.leafKey, pathSecret: nil, from: commit.sender, in: group.tree,
                provider: group.provider)
        }
    }

    /// Seven members, the first of which has committed twice.
    private func committedGroup() throws -> (TestGroupTree, TestGroupTree.Commit) {
        var group = try TestGroupTree(provider: SwiftCryptoProvider(CipherSuite(rawValue: 1)))
        var added: Set<LeafIndex> = []
        for _ in 0..<6 { added.insert(try group.add()) }
        _ = try group.process(try group.commit(by: LeafIndex(0), adding: added))
        let commit = try group.commit(by: LeafIndex(0), adding: [])
        return (group, commit)
    }
}
