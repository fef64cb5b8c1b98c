import MLS
import MLSCodec

/// Decoders: any bytes give a value or an error, and what decodes encodes to the very same bytes (RFC 9420 §2.1.2), so that
/// hashes and signatures cover what arrived.
enum Decoding {
    static func messages(_ input: [UInt8]) {
        guard let message = checked(MLSMessage.self, input) else { return }
        _ = message.header
        _ = message.wireFormat
    }

    /// The first byte says which structure the rest is.
    static func structures(_ input: [UInt8]) {
        guard let first = input.first else { return }
        _ = types[Int(first) % types.count](Array(input.dropFirst()))
    }

    /// Whether the bytes are one of the structures, which are in the order of the first byte: only append.
    static let types: [@Sendable ([UInt8]) -> Bool] = [
        { checked(LeafNode.self, $0) != nil }, { checked(KeyPackage.self, $0) != nil },
        { checked(Credential.self, $0) != nil },
        { checked(Capabilities.self, $0) != nil }, { checked(RequiredCapabilities.self, $0) != nil },
        { checked([Extension].self, $0) != nil }, { checked([ExternalSender].self, $0) != nil },
        { checked(GroupContext.self, $0) != nil }, { checked(GroupInfo.self, $0) != nil },
        { checked(GroupSecrets.self, $0) != nil }, { checked(Commit.self, $0) != nil },
        { checked(Proposal.self, $0) != nil },
        { checked(UpdatePath.self, $0) != nil }, { checked(PreSharedKeyID.self, $0) != nil },
        { checked(AuthenticatedContent.self, $0) != nil }, { checked(FramedContent.self, $0) != nil },
        { checked(Welcome.self, $0) != nil }, { checked(PublicMessage.self, $0) != nil },
        { checked(PrivateMessage.self, $0) != nil }, { checked(ParentNode.self, $0) != nil },
        { checked(Node.self, $0) != nil },
        { checked(ReInit.self, $0) != nil }, { checked(Sender.self, $0) != nil }, { checked(Lifetime.self, $0) != nil },
        { checked(HPKEKeyPair.self, $0) != nil }, { checked(SignatureKeyPair.self, $0) != nil },
        { checked(TreePrivateKeys.self, $0) != nil }, { checked(EpochSecrets.self, $0) != nil },
        { checked(KeyPackagePrivateKeys.self, $0) != nil }, { checked(String.self, $0) != nil },
    ]

    /// A tree is decoded, checked as a joiner would, and changed at a place that its length chooses.
    static func tree(_ input: [UInt8]) {
        guard var tree = checked(RatchetTree.self, input) else { return }
        let provider = WeakGroups.shared.provider
        let context = GroupContext(
            cipherSuite: provider.cipherSuite, groupID: [1], epoch: 1, treeHash: [], confirmedTranscriptHash: [],
            extensions: [])
        let isValid = (try? tree.validate(in: context, provider: provider)) != nil
        let hash = tree.treeHash(provider: provider)
        expect(checked(RatchetTree.self, tree.encoded) == tree, "hashing changed the tree")
        guard let any = tree.leaves.first?.leafNode, tree.memberCount > 0 else { return }
        for (index, leafNode) in tree.leaves.prefix(4) + tree.leaves.suffix(2) {
            expect(tree[index] == leafNode, "a leaf is not where the list says")
            var changed = tree
            _ = try? changed.update(index, to: any)
            _ = try? changed.remove(index)
            _ = changed.treeHash(provider: provider)
            if changed.memberCount > 0 { _ = checked(RatchetTree.self, changed.encoded) }
            if isValid, changed.memberCount > 0 {
                expect((try? changed.checkStructure()) != nil, "removing a member broke the tree's structure")
            }
        }
        var grown = tree
        let place = try? grown.add(any)
        expect(
            place.map { tree[$0] == nil && grown[$0] == any } ?? true, "a member was added at a place that was taken")
        if isValid { expect((try? grown.checkStructure()) != nil, "adding a member broke the tree's structure") }
        expect(tree.treeHash(provider: provider) == hash, "a copy's change changed the tree")
    }

    /// The value, after its encoding was compared with what it came from.
    static func checked<Value: MLSCodable>(_ type: Value.Type, _ bytes: [UInt8]) -> Value? {
        guard let value = try? Value(decoding: bytes) else { return nil }
        expect(value.encoded == bytes, "\(type) does not encode to what it was decoded from")
        return value
    }
}
