import MLSCodec

/// Reads the application messages of one epoch, and remembers where each sender's ratchet was read last, so that a history
/// in its order costs one step for each message.
///
/// It is a cache and nothing else: any message can be read, in any order and any number of times.
public struct EpochReader: Sendable {
    private let record: EpochRecord
    private let roster: Roster
    private let provider: any CipherSuiteProvider
    private let generationLimit: UInt32
    private let groupContext: [UInt8]
    private let ratchets = FollowedRatchets()

    /// A reader that has read nothing yet. It keeps its own copy of the roster: members who come later belong to other epochs.
    ///
    /// - Parameter generationLimit: messages beyond it are refused before any key is derived.
    /// - Throws: `unsupported` if the provider is one of another cipher suite, `missingKey` if the roster lacks a large
    ///   extension of the epoch, or the record is that of a group that deletes its keys.
    public init(
        _ record: EpochRecord, roster: Roster, provider: any CipherSuiteProvider,
        generationLimit: UInt32 = EpochRecord.generationLimit
    ) throws(MLSError) {
        guard provider.cipherSuite == record.cipherSuite else { throw MLSError(.unsupported, "another cipher suite") }
        guard !record.encryptionSecret.isEmpty else {
            throw MLSError(.missingKey, "a record of a group that deletes its keys")
        }
        self.record = record
        self.roster = roster
        self.provider = provider
        self.generationLimit = generationLimit
        groupContext = try MLSError.mapping { try record.groupContext(roster: roster, provider: provider).encoded }
    }

    /// Reads one message.
    ///
    /// - Throws: `wrongGroup`, `wrongEpoch`, `unknownMember`, `generationTooHigh`, `authenticationFailed`, `malformed`.
    public mutating func decrypt(_ message: MLSMessage) throws(MLSError) -> ApplicationMessage {
        guard case .privateMessage(let message) = message, message.contentType == .application else {
            throw MLSError(.malformed, "not an application message")
        }
        guard message.groupID == record.groupID else { throw MLSError(.wrongGroup) }
        guard message.epoch == record.epoch else {
            throw MLSError(.wrongEpoch, "epoch \(message.epoch) in \(record.epoch)")
        }
        var reached: FollowedRatchets.Reached?
        let unverified = try message.unprotected(senderDataSecret: record.senderDataSecret, provider: provider) {
            leafIndex, generation in
            // Before any key is derived: RFC 9420 §6.3.2.
            _ = try self.member(at: leafIndex)
            let (key, place) = try ratchets.keyAndNonce(
                of: RatchetPlace(leaf: leafIndex, kind: .application), generation: generation, limit: generationLimit,
                provider: provider
            ) { () throws(MLSError) in
                try SecretTree(encryptionSecret: record.encryptionSecret, leafCount: record.leafCount)
            }
            reached = place
            return (key.key, key.nonce)
        }
        guard let sender = unverified.content.sender.leafIndex else { throw MLSError(.unknownMember) }
        let member = try self.member(at: sender)
        let verified = try unverified.verified(
            by: member.signatureKey, groupContext: groupContext, provider: provider)
        guard case .application(let data) = verified.content.body else {
            throw MLSError(.malformed, "not an application message")
        }
        if let reached { ratchets.remember(reached) }
        return ApplicationMessage(
            data: data, authenticatedData: verified.content.authenticatedData, epoch: record.epoch, sender: sender,
            senderCredential: member.credential, senderSignatureKey: member.signatureKey)
    }

    private func member(at leafIndex: LeafIndex) throws(MLSError) -> Roster.Entry {
        guard let member = roster.member(at: leafIndex, in: record.epoch) else {
            throw MLSError(.unknownMember, "leaf \(leafIndex.rawValue)")
        }
        return member
    }
}
