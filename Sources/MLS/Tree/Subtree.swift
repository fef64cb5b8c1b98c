/// A node of the tree in memory, with all that is below it.
///
/// It never changes. A change to one leaf makes new nodes on its way to the root and shares the rest, so that a copy of
/// a tree costs nothing and a staged one costs O(log n); the hashes of what is shared stay known. `nil` where a
/// `Subtree?` is expected is a subtree of blanks.
final class Subtree: Sendable {
    let content: Node?
    let left: Subtree?
    let right: Subtree?
    /// The tree hash (RFC 9420 §7.8), once it was computed.
    let hash: [UInt8]?
    /// Leaves that are not blank.
    let memberCount: Int
    /// How many nodes the resolution (RFC 9420 §4.1.1) has.
    let resolutionCount: Int
    /// What the leaves have for credentials, and what all of them can read.
    let credentials: CredentialSupport
    /// Of the leaves.
    let capabilities: CommonCapabilities
    /// Whether all nodes are blank. Such a subtree exists only to remember its hash, and has no children.
    let isBlank: Bool

    init(_ content: Node?, left: Subtree? = nil, right: Subtree? = nil, hash: [UInt8]? = nil) {
        self.content = content
        self.left = left
        self.right = right
        self.hash = hash
        if let leaf = content?.leaf {
            memberCount = 1
            credentials = CredentialSupport(of: leaf)
            capabilities = CommonCapabilities(of: leaf)
        } else {
            memberCount = left.memberCount + right.memberCount
            credentials = left.credentials.merging(right.credentials)
            capabilities = left.capabilities.merging(right.capabilities)
        }
        resolutionCount =
            switch content {
            case .leaf: 1
            case .parent(let parent): 1 + parent.unmergedLeaves.count
            case nil: left.resolutionCount + right.resolutionCount
            }
        isBlank = content == nil && left.isBlank && right.isBlank
    }

    private init(_ unhashed: Subtree, hash: [UInt8], left: Subtree?, right: Subtree?) {
        content = unhashed.content
        self.left = left
        self.right = right
        self.hash = hash
        memberCount = unhashed.memberCount
        resolutionCount = unhashed.resolutionCount
        credentials = unhashed.credentials
        capabilities = unhashed.capabilities
        isBlank = unhashed.isBlank
    }

    /// The same subtree, with its hash; `left` and `right` are its own children with theirs.
    func hashed(_ hash: [UInt8], left: Subtree?, right: Subtree?) -> Subtree {
        isBlank ? Subtree(nil, hash: hash) : Subtree(self, hash: hash, left: left, right: right)
    }
}

extension Subtree? {
    var isBlank: Bool { self?.isBlank ?? true }
    var memberCount: Int { self?.memberCount ?? 0 }
    var resolutionCount: Int { self?.resolutionCount ?? 0 }
    var credentials: CredentialSupport { self?.credentials ?? .ofNobody }
    var capabilities: CommonCapabilities { self?.capabilities ?? .ofNobody }

    /// The subtree below `target`, where this one is below `position`.
    func descendant(at target: NodeIndex, from position: NodeIndex) -> Subtree? {
        var subtree = self
        var position = position
        while position != target, let node = subtree, let left = position.left, let right = position.right {
            (subtree, position) = target < position ? (node.left, left) : (node.right, right)
        }
        return position == target ? subtree : nil
    }

    /// The subtree with what `change` makes of every node on the way down to `leaf`, which is below `position`.
    ///
    /// `change` runs from the top down, and gets `nil` for blanks.
    func changingPath(
        to leaf: LeafIndex, at position: NodeIndex, _ change: (NodeIndex, Node?) -> Node?
    ) -> Subtree? {
        let content = change(position, self?.content)
        var (left, right) = (self?.left, self?.right)
        if let leftPosition = position.left, let rightPosition = position.right {
            if leftPosition.isAncestor(of: leaf) {
                left = left.changingPath(to: leaf, at: leftPosition, change)
            } else {
                right = right.changingPath(to: leaf, at: rightPosition, change)
            }
        }
        let changed = Subtree(content, left: left, right: right)
        return changed.isBlank ? nil : changed
    }

    /// Visits all nodes that are not blank, in the order of their indices.
    func forEach(at position: NodeIndex, _ body: (NodeIndex, Node) -> Void) {
        guard let self, !self.isBlank else { return }
        if let left = position.left { self.left.forEach(at: left, body) }
        if let content = self.content { body(position, content) }
        if let right = position.right { self.right.forEach(at: right, body) }
    }
}
