/// A commit that was made or checked, and not yet taken over (RFC 9420 §12.4).
///
/// The group it was staged from is unchanged: dropping the value undoes everything. `Group.merge(_:)` takes it over.
public struct StagedCommit: Sendable {
    /// The commit itself.
    public let message: MLSMessage
    /// For those who are added; only on the committer's side, and only if somebody is.
    public let welcome: MLSMessage?
    /// The committer; of an external commit, where it is in the next epoch.
    public let sender: LeafIndex
    /// Whether it is an external commit (RFC 9420 §12.4.3.2), whose sender joins with it. It may remove a member that is
    /// the sender's former self; that both are one client is for the application to check.
    public let isExternal: Bool
    /// Signed, and readable by anybody.
    public let authenticatedData: [UInt8]
    /// In the order of the commit.
    public let proposals: [CommittedProposal]
    /// New members, at their leaves; the sender of an external commit among them.
    public let added: [Member]
    /// Former members, as they were.
    public let removed: [Member]
    /// Members with a new leaf, the committer with its path among them, as they are now.
    public let updated: [Member]
    /// The group in its next epoch. If the commit removes this client, it is the group in the old epoch, which then
    /// refuses to send and to process (`Group.isRemoved`).
    public let merged: Group
    /// What is deleted when it is merged: until then the message can be processed again.
    var keyUse = KeyUse.none
    /// Of the group it was staged from: epochs of the same number on another branch have another one.
    let parentTranscriptHash: [UInt8]

    /// What the group shall start over as (RFC 9420 §11.2): the commit ends it.
    public var reInit: ReInit? { merged.reInit }

    /// Whether the commit removes this very client.
    public var removesOwnLeaf: Bool { merged.isRemoved }
}

extension Group {
    /// Takes a staged commit over. Nothing of the ended epoch stays, but for what the settings keep to read late messages.
    ///
    /// - Throws: `wrongGroup` or `wrongEpoch` if it was not staged from this epoch of this group.
    public mutating func merge(_ staged: StagedCommit) throws(MLSError) {
        guard staged.merged.groupID == groupID else { throw MLSError(.wrongGroup) }
        let expected = staged.removesOwnLeaf ? epoch : epoch &+ 1
        guard staged.merged.epoch == expected, staged.parentTranscriptHash == interimTranscriptHash, !isRemoved else {
            throw MLSError(.wrongEpoch)
        }
        finish(staged.keyUse)
        takeOver(staged.merged)
    }

    /// Takes over a commit of one's own that was staged before the program ended, and accepted since.
    ///
    /// What is stored for that is `StagedCommit.merged`. It is not the whole of the next epoch's state: messages that were
    /// read since have deleted keys, and past epochs are kept.
    ///
    /// - Parameter next: from its stored form. That it was staged from this state is for the caller to know.
    /// - Throws: `wrongGroup` or `wrongEpoch` if it cannot have been; `removed`.
    public mutating func merge(stored next: Group) throws(MLSError) {
        guard !isRemoved else { throw MLSError(.removed) }
        guard next.groupID == groupID, next.ownLeafIndex == ownLeafIndex else { throw MLSError(.wrongGroup) }
        guard next.epoch == epoch &+ 1, !next.isRemoved else { throw MLSError(.wrongEpoch) }
        takeOver(next)
    }

    private mutating func takeOver(_ next: Group) {
        let ended = self
        self = next
        deleteKeys(of: ended)
    }
}
