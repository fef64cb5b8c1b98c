package import MLSCodec

/// The secret tree of an epoch as far as it was not used yet (RFC 9420 §9, §9.2).
///
/// A key is taken in two steps: `step…` derives it and changes nothing, `remove` then deletes it and everything that it
/// could be derived from. So a message that is refused costs nobody a key (RFC 9420 §9.2 asks for deletion after a
/// *successful* decryption).
package struct UnusedKeys: Hashable, Sendable {
    /// What one message uses.
    package struct Step: Sendable {
        package let generation: UInt32
        package let key: MessageKey
        fileprivate let branch: Branch
    }

    /// The way from the secret tree to a leaf's ratchets.
    fileprivate struct Branch: Sendable {
        /// The node whose secret is replaced by those below it; `nil` if the ratchets were derived before.
        var used: NodeIndex?
        /// Secrets beside the way.
        var nodes: [NodeIndex: SecretBytes] = [:]
        var ratchets: [RatchetPlace: UnusedRatchet] = [:]
    }

    private let size: TreeSize
    /// Secrets of nodes none of whose ancestors has its secret still.
    private var nodes: [NodeIndex: SecretBytes]
    private var ratchets: [RatchetPlace: UnusedRatchet]

    package init(encryptionSecret: SecretBytes, size: TreeSize) {
        self.init(size: size, nodes: [size.root: encryptionSecret], ratchets: [:])
    }

    private init(size: TreeSize, nodes: [NodeIndex: SecretBytes], ratchets: [RatchetPlace: UnusedRatchet]) {
        self.size = size
        self.nodes = nodes
        self.ratchets = ratchets
    }

    /// The next key to send with.
    ///
    /// - Throws: `generationTooHigh` where the ratchet ends.
    package func step(of place: RatchetPlace, provider: some CipherSuiteProvider) throws(MLSError) -> Step {
        var branch = try branch(to: place.leaf, provider: provider)
        guard var ratchet = branch.ratchets[place] else { throw MLSError(.usedKey, "leaf \(place.leaf.rawValue)") }
        let generation = ratchet.next.generation
        let key = try ratchet.next.take(provider: provider)
        branch.ratchets[place] = ratchet
        return Step(generation: generation, key: key, branch: branch)
    }

    /// The key of a message that arrived.
    ///
    /// - Parameter limit: how many generations may be skipped, and how many skipped ones are kept.
    /// - Throws: `usedKey` for a generation that was read before, or that was given up; `generationTooHigh`; `unknownMember`
    ///   for a leaf outside of the tree.
    package func step(
        of place: RatchetPlace, generation: UInt32, limit: UInt32, provider: some CipherSuiteProvider
    ) throws(MLSError) -> Step {
        var branch = try branch(to: place.leaf, provider: provider)
        guard var ratchet = branch.ratchets[place] else { throw MLSError(.usedKey, "leaf \(place.leaf.rawValue)") }
        let key = try ratchet.take(generation, limit: limit, provider: provider)
        branch.ratchets[place] = ratchet
        return Step(generation: generation, key: key, branch: branch)
    }

    /// Deletes what a step used.
    package mutating func remove(_ step: Step) {
        if let used = step.branch.used { nodes[used] = nil }
        nodes.merge(step.branch.nodes) { _, new in new }
        ratchets.merge(step.branch.ratchets) { _, new in new }
    }

    /// Gives up what is left of all ratchets of one kind, where the secret tree has come that far.
    package mutating func dropRatchets(of kind: RatchetKind) {
        ratchets = ratchets.filter { $0.key.kind != kind }
    }

    private func branch(to leaf: LeafIndex, provider: some CipherSuiteProvider) throws(MLSError) -> Branch {
        guard size.contains(leaf) else { throw MLSError(.unknownMember, "a leaf outside of the secret tree") }
        var branch = Branch()
        for kind in RatchetKind.allCases {
            let place = RatchetPlace(leaf: leaf, kind: kind)
            branch.ratchets[place] = ratchets[place]
        }
        guard branch.ratchets.isEmpty else { return branch }
        var position = size.root
        while nodes[position] == nil, let (path, _) = position.children(towards: leaf) { position = path }
        guard var secret = nodes[position] else { throw MLSError(.usedKey, "leaf \(leaf.rawValue)") }
        branch.used = position
        do {
            while let left = position.left, let (path, copath) = position.children(towards: leaf) {
                branch.nodes[copath] = try provider.treeNodeSecret(below: secret, isLeft: copath == left)
                secret = try provider.treeNodeSecret(below: secret, isLeft: path == left)
                position = path
            }
            for kind in RatchetKind.allCases {
                branch.ratchets[RatchetPlace(leaf: leaf, kind: kind)] = UnusedRatchet(
                    next: HashRatchet(secret: try provider.ratchetSecret(of: secret, kind)))
            }
        } catch {
            throw MLSError(error)
        }
        return branch
    }
}

// struct {
//     uint32 leaf_count;
//     NodeSecret node_secrets<V>;
//     Ratchet ratchets<V>;
// } UnusedKeys;
extension UnusedKeys: MLSStruct {
    package struct NodeSecret: Hashable, Sendable, MLSStruct {
        let node: NodeIndex
        let secret: SecretBytes

        package static let layout: StructLayout<Self, NodeIndex, SecretBytes> = StructLayout(\.node, \.secret) {
            Self(node: $0, secret: $1)
        }
    }

    package struct Ratchet: Hashable, Sendable, MLSStruct {
        let place: RatchetPlace
        let unused: UnusedRatchet

        package static let layout: StructLayout<Self, RatchetPlace, UnusedRatchet> = StructLayout(\.place, \.unused) {
            Self(place: $0, unused: $1)
        }
    }

    private var leafCount: UInt32 { size.leafCount }

    /// In the order of the nodes, so that equal states have equal forms.
    private var sortedNodes: [NodeSecret] {
        nodes.map { NodeSecret(node: $0.key, secret: $0.value) }.sorted { $0.node < $1.node }
    }

    private var sortedRatchets: [Ratchet] {
        ratchets.map { Ratchet(place: $0.key, unused: $0.value) }.sorted { $0.place < $1.place }
    }

    package static let layout: StructLayout<Self, UInt32, [NodeSecret], [Ratchet]> = StructLayout(
        \.leafCount, \.sortedNodes, \.sortedRatchets
    ) { (leafCount, nodes, ratchets) throws(CodecError) in
        guard leafCount.nonzeroBitCount == 1, let size = TreeSize(leaves: leafCount) else {
            throw CodecError(.invalidValue, "UnusedKeys.leaf_count")
        }
        return Self(
            size: size, nodes: Dictionary(nodes.map { ($0.node, $0.secret) }) { first, _ in first },
            ratchets: Dictionary(ratchets.map { ($0.place, $0.unused) }) { first, _ in first })
    }
}
