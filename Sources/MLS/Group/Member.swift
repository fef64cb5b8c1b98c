/// A member of a group: a leaf that is not blank, and where it stands.
public struct Member: Hashable, Sendable {
    public var leafIndex: LeafIndex
    public var leafNode: LeafNode

    package init(leafIndex: LeafIndex, leafNode: LeafNode) {
        self.leafIndex = leafIndex
        self.leafNode = leafNode
    }

    public var credential: Credential { leafNode.credential }
    public var signatureKey: SignaturePublicKey { leafNode.signatureKey }
}
