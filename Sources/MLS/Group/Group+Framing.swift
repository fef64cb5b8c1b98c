import MLSCodec

extension Group {
    /// Signs content of one's own for this epoch (RFC 9420 §6.1), whatever it is. Tests make hostile messages with it.
    package func sign(
        _ body: FramedContent.Body, as wireFormat: WireFormat, authenticatedData: [UInt8],
        signer: SignaturePrivateKey
    ) throws(MLSError) -> AuthenticatedContent {
        try MLSError.mapping {
            try AuthenticatedContent.signed(
                FramedContent(
                    groupID: groupID, epoch: epoch, sender: .member(ownLeafIndex),
                    authenticatedData: authenticatedData, body: body),
                as: wireFormat, groupContext: context.encoded, with: signer, provider: provider)
        }
    }

    /// Wraps a signed handshake message with this epoch's keys.
    package func protect(
        _ authenticated: AuthenticatedContent, framing: HandshakeFraming
    ) throws(MLSError) -> MLSMessage {
        switch framing {
        case .publicMessage:
            .publicMessage(
                PublicMessage(
                    protecting: authenticated, membershipKey: epochSecrets.membershipKey,
                    groupContext: context.encoded, provider: provider))
        case .privateMessage(let generation, let padding):
            try encrypt(authenticated, generation: generation, padding: padding)
        case .reserved(let reserved):
            try encrypt(authenticated, with: reserved)
        }
    }

    /// Encrypts a signed message with the own ratchet's key of `generation`.
    func encrypt(
        _ authenticated: AuthenticatedContent, generation: UInt32, padding: PaddingPolicy
    ) throws(MLSError) -> MLSMessage {
        try MLSError.mapping {
            guard deletion == nil else {
                throw MLSError(.unsupported, "a generation of the caller's, in a group that counts them itself")
            }
            let place = RatchetPlace(leaf: ownLeafIndex, kind: RatchetKind(authenticated.content.body.type))
            let (key, reached) = try followedKey(at: place, generation: generation)
            followedRatchets.remember(reached)
            return try seal(authenticated, generation: generation, key: key, padding: padding)
        }
    }

    func seal(
        _ authenticated: AuthenticatedContent, generation: UInt32, key: MessageKey, padding: PaddingPolicy
    ) throws(MLSError) -> MLSMessage {
        .privateMessage(
            try PrivateMessage(
                protecting: authenticated, senderDataSecret: epochSecrets.senderDataSecret, key: key.key,
                nonce: key.nonce, generation: generation, padding: padding, provider: provider))
    }

    /// The key of a generation on a ratchet of this epoch (RFC 9420 §9.1), where it stays derivable.
    private func followedKey(
        at place: RatchetPlace, generation: UInt32
    ) throws(MLSError) -> (key: MessageKey, reached: FollowedRatchets.Reached) {
        try followedRatchets.keyAndNonce(
            of: place, generation: generation, limit: EpochRecord.generationLimit, provider: provider
        ) { () throws(MLSError) in
            try SecretTree(encryptionSecret: epochSecrets.encryptionSecret, leafCount: tree.leafCount)
        }
    }

    /// The key of a message that arrived.
    private func receivedKey(
        at place: RatchetPlace, generation: UInt32
    ) throws(MLSError) -> (key: MessageKey, use: KeyUse) {
        guard let deletion else {
            let (key, reached) = try followedKey(at: place, generation: generation)
            return (key, .followed(reached))
        }
        // The key went with the sending.
        guard place.leaf != ownLeafIndex else { throw MLSError(.ownMessage) }
        let step = try deletion.keys.step(
            of: place, generation: generation, limit: deletion.skippedGenerations, provider: provider)
        return (step.key, .deleted(step))
    }

    /// Unwraps a message of this epoch and checks its signature (RFC 9420 §6).
    ///
    /// - Returns: what it was, and what `finish(_:)` has to be told once the message has been accepted.
    func unprotect(_ message: MLSMessage) throws(MLSError) -> (content: VerifiedContent, use: KeyUse) {
        guard let header = message.header else { throw MLSError(.malformed, "not a message to a group") }
        guard header.groupID == groupID else { throw MLSError(.wrongGroup) }
        guard header.epoch == epoch else { throw MLSError(.wrongEpoch, "epoch \(header.epoch) in \(epoch)") }

        let groupContext = context.encoded
        let unverified: UnverifiedContent
        var use = KeyUse.none
        switch message {
        case .publicMessage(let message):
            unverified = try message.unprotected(
                membershipKey: epochSecrets.membershipKey, groupContext: groupContext, provider: provider)
        case .privateMessage(let message):
            unverified = try message.unprotected(
                senderDataSecret: epochSecrets.senderDataSecret, provider: provider
            ) { leafIndex, generation in
                // Before any key is derived: RFC 9420 §6.3.2.
                _ = try requiredMember(at: leafIndex)
                let place = RatchetPlace(leaf: leafIndex, kind: RatchetKind(message.contentType))
                let received = try receivedKey(at: place, generation: generation)
                use = received.use
                return (received.key.key, received.key.nonce)
            }
        case .welcome, .groupInfo, .keyPackage:
            throw MLSError(.malformed, "not a message to a group")
        }
        let verified = try unverified.verified(
            by: try signatureKey(for: unverified.content), groupContext: groupContext, provider: provider)
        if case .followed(let reached) = use { followedRatchets.remember(reached) }
        return (verified, use)
    }

    /// Whose key a message must be signed with (RFC 9420 §6.1).
    private func signatureKey(for content: FramedContent) throws(MLSError) -> SignaturePublicKey {
        switch (content.sender, content.body) {
        case (.member(let leafIndex), _):
            return try requiredMember(at: leafIndex).signatureKey
        case (.external(let index), _):
            return try context.requiredExternalSender(at: index).signatureKey
        case (.newMemberProposal, .proposal(.add(let keyPackage))):
            return keyPackage.leafNode.signatureKey
        case (.newMemberCommit, .commit(let commit)):
            guard let path = commit.path else { throw MLSError(.invalidCommit, "the path is missing") }
            return path.leafNode.signatureKey
        case (.newMemberProposal, _), (.newMemberCommit, _):
            throw MLSError(.malformed, "content that its sender must not send from outside the group")
        }
    }
}
