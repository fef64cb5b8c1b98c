/// A commit that was made or checked, and not yet taken over (RFC 9420 §12.4).
///
/// The group it was staged from is unchanged: dropping the value undoes everything. `Group.merge(_:)` takes it over.
public struct StagedCommit: Sendable {
    /// The commit itself.
    public let message: MLSMessage
    /// For those who are added; only on the committer's side, and only if somebody is.
    public let welcome: MLSMessage?
    /// The committer.
    public let sender: LeafIndex
    /// Signed, and readable by anybody.
    public let authenticatedData: [UInt8]
    /// In the order of the commit.
    public let proposals: [CommittedProposal]
    /// New members, at their leaves.
    public let added: [Member]
    /// Former members, as they were.
    public let removed: [Member]
    /// Members with a new leaf, the committer with its path among them, as they are now.
    public let updated: [Member]
    /// The group in its next epoch. If the commit removes this client, it is the group in the old epoch, which then
    /// refuses to send and to process (`Group.isRemoved`).
    public let merged: Group
    /// Of the group it was staged from: epochs of the same number on another branch have another one.
    let parentTranscriptHash: [UInt8]

    /// Whether the commit removes this very client.
    public var removesOwnLeaf: Bool { merged.isRemoved }
}

extension Group {
    /// Takes a staged commit over.
    ///
    /// - Throws: `wrongGroup` or `wrongEpoch` if it was not staged from this epoch of this group.
    public mutating func merge(_ staged: StagedCommit) throws(MLSError) {
        guard staged.merged.groupID == groupID else { throw MLSError(.wrongGroup) }
        let expected = staged.removesOwnLeaf ? epoch : epoch &+ 1
        guard staged.merged.epoch == expected, staged.parentTranscriptHash == interimTranscriptHash, !isRemoved else {
            throw MLSError(.wrongEpoch)
        }
        self = staged.merged
    }
}
