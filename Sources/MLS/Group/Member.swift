/// A member of a group: a leaf that is not blank, and where it stands.
public struct Member: Hashable, Sendable {
    /// Its place, which it keeps for as long as it is a member, and which another one may get afterwards.
    public var leafIndex: LeafIndex
    /// All that the other members know about it.
    public var leafNode: LeafNode

    package init(leafIndex: LeafIndex, leafNode: LeafNode) {
        self.leafIndex = leafIndex
        self.leafNode = leafNode
    }

    /// Who it says to be.
    public var credential: Credential { leafNode.credential }
    /// What its messages are signed with in this epoch.
    public var signatureKey: SignaturePublicKey { leafNode.signatureKey }
}
