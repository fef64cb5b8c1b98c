import MLSCodec

/// What a message did to the keys of its epoch.
enum KeyUse: Sendable {
    /// It was not encrypted.
    case none
    /// The ratchet was followed, and stays.
    case followed(FollowedRatchets.Reached)
    /// To be deleted.
    case deleted(UnusedKeys.Step)
}

/// Sending and reading where keys are deleted (RFC 9420 §9.2).
extension Group {
    /// Encrypts application data for this epoch with the next key of the own ratchet, which is deleted (RFC 9420 §6.3,
    /// §9.2).
    ///
    /// Store the group before the message leaves: a state from before it would use the same key again.
    ///
    /// RFC 9420 §12.4 wants pending proposals committed first; the caller sees to that.
    ///
    /// - Parameters:
    ///   - authenticatedData: signed, and readable by anybody.
    ///   - signer: the own leaf's private signature key.
    /// - Throws: `unsupported` in a group whose keys stay derivable, where the caller counts the generations;
    ///   `generationTooHigh` after `EpochRecord.generationLimit` messages, until the next epoch.
    public mutating func encrypt(
        _ data: [UInt8], authenticatedData: [UInt8] = [], padding: PaddingPolicy = .padme, signer: SignaturePrivateKey
    ) throws(MLSError) -> MLSMessage {
        try checkActive()
        try checkSigner(signer)
        let step = try ownStep(.application)
        let signed = try sign(
            .application(data), as: .privateMessage, authenticatedData: authenticatedData, signer: signer)
        let message = try seal(signed, generation: step.generation, key: step.key, padding: padding)
        deletion?.keys.remove(step)
        return message
    }

    /// Takes the next key of the own ratchet for an encrypted proposal or commit of this epoch (RFC 9420 §9.1).
    ///
    /// The group no longer has it: store the group before the message leaves, whatever becomes of the message. It is for
    /// one message only, since two with one key give their contents away.
    ///
    /// - Throws: `unsupported` in a group whose keys stay derivable.
    public mutating func reserveFraming(padding: PaddingPolicy = .none) throws(MLSError) -> HandshakeFraming {
        try checkActive()
        let step = try ownStep(.handshake)
        deletion?.keys.remove(step)
        return .reserved(
            ReservedKey(
                transcriptHash: interimTranscriptHash, generation: step.generation, key: step.key, padding: padding))
    }

    /// Reads an application message of this epoch, or of a past one that is kept, and deletes its key: it cannot be read
    /// again. What is refused changes nothing.
    ///
    /// In a group whose keys stay derivable it is `decrypt(_:)`.
    ///
    /// - Throws: `usedKey` for a message that was read before or was given up, `generationTooHigh` for one too far ahead,
    ///   `ownMessage`, `wrongGroup`, `wrongEpoch`, `unknownMember`, `authenticationFailed`, `malformed`; `removed` where this
    ///   client was removed and keeps no epochs.
    public mutating func read(_ message: MLSMessage) throws(MLSError) -> ApplicationMessage {
        if let header = message.header, header.groupID == groupID, let index = deletion?.pastEpoch(header.epoch) {
            return try read(message, inPastEpochAt: index)
        }
        // Whoever was removed has kept past epochs, or nothing.
        guard !isRemoved || !epochSecrets.senderDataSecret.isEmpty else { throw MLSError(.removed) }
        let (verified, use) = try unprotect(message)
        let read = try applicationMessage(verified)
        finish(use)
        return read
    }

    /// Deletes what an accepted message used.
    mutating func finish(_ use: KeyUse) {
        if case .deleted(let step) = use { deletion?.keys.remove(step) }
    }

    /// Encrypts a signed handshake message with a key that was taken before.
    func encrypt(
        _ authenticated: AuthenticatedContent, with reserved: ReservedKey
    ) throws(MLSError) -> MLSMessage {
        guard reserved.transcriptHash == interimTranscriptHash else {
            throw MLSError(.wrongEpoch, "a key that was reserved in another epoch")
        }
        return try seal(
            authenticated, generation: reserved.generation, key: reserved.key, padding: reserved.padding)
    }

    /// Drops what a member needs no more that was removed (RFC 9420 §12.4.2), or takes over what stays of the epoch that a
    /// commit ended.
    mutating func deleteKeys(of ended: Group) {
        guard let old = ended.deletion else { return }
        guard isRemoved else {
            deletion?.keepPastEpochs(of: old) { PastEpoch(ended, keys: old.keys) }
            return
        }
        deletion = old
        treeKeys = TreePrivateKeys(leafIndex: ownLeafIndex, leafKey: HPKEPrivateKey(SecretBytes([])))
        epochSecrets.initSecret = SecretBytes([])
        epochSecrets.externalSecret = SecretBytes([])
        epochSecrets.membershipKey = SecretBytes([])
        if old.pastEpochLimit == 0 {
            deletion?.keys = UnusedKeys(encryptionSecret: SecretBytes([]), size: tree.size)
            epochSecrets.senderDataSecret = SecretBytes([])
        }
    }

    private func ownStep(_ kind: RatchetKind) throws(MLSError) -> UnusedKeys.Step {
        guard let deletion else {
            throw MLSError(.unsupported, "a group whose caller counts the generations")
        }
        let step = try deletion.keys.step(of: RatchetPlace(leaf: ownLeafIndex, kind: kind), provider: provider)
        // Members whose keys stay derivable would not go further for anybody.
        guard step.generation <= EpochRecord.generationLimit else {
            throw MLSError(.generationTooHigh, "the last generation of the epoch")
        }
        return step
    }

    private mutating func read(
        _ message: MLSMessage, inPastEpochAt index: Int
    ) throws(MLSError) -> ApplicationMessage {
        guard let deletion, case .privateMessage(let message) = message, message.contentType == .application else {
            throw MLSError(.wrongEpoch, "a handshake message of an epoch before \(epoch)")
        }
        let past = deletion.pastEpochs[index]
        var used: UnusedKeys.Step?
        let unverified = try message.unprotected(senderDataSecret: past.senderDataSecret, provider: provider) {
            leafIndex, generation in
            // Before any key is derived: RFC 9420 §6.3.2.
            _ = try past.sender(at: leafIndex)
            let step = try past.keys.step(
                of: RatchetPlace(leaf: leafIndex, kind: .application), generation: generation,
                limit: deletion.skippedGenerations, provider: provider)
            used = step
            return (step.key.key, step.key.nonce)
        }
        guard let leafIndex = unverified.content.sender.leafIndex, let used else { throw MLSError(.unknownMember) }
        let sender = try past.sender(at: leafIndex)
        let verified = try unverified.verified(
            by: sender.signatureKey, groupContext: past.context.encoded, provider: provider)
        guard case .application(let data) = verified.content.body else {
            throw MLSError(.malformed, "not an application message")
        }
        self.deletion?.remove(used, fromPastEpochAt: index)
        return ApplicationMessage(
            data: data, authenticatedData: verified.content.authenticatedData, epoch: past.context.epoch,
            sender: leafIndex, senderCredential: sender.credential, senderSignatureKey: sender.signatureKey)
    }
}

extension PastEpoch {
    fileprivate init(_ group: Group, keys: UnusedKeys) {
        // Handshakes of an epoch that is over are refused.
        var keys = keys
        keys.dropRatchets(of: .handshake)
        self.init(
            context: group.context, senderDataSecret: group.epochSecrets.senderDataSecret, keys: keys,
            senders: .tree(group.tree))
    }
}
