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
        }
    }

    /// Encrypts a signed message with the own ratchet's key of `generation`.
    func encrypt(
        _ authenticated: AuthenticatedContent, generation: UInt32, padding: PaddingPolicy
    ) throws(MLSError) -> MLSMessage {
        try MLSError.mapping {
            let keys = try messageKeys(
                of: ownLeafIndex, authenticated.content.body.type, generation: generation)
            return .privateMessage(
                try PrivateMessage(
                    protecting: authenticated, senderDataSecret: epochSecrets.senderDataSecret, key: keys.key,
                    nonce: keys.nonce, generation: generation, padding: padding, provider: provider))
        }
    }

    /// The key and nonce of a generation on a leaf's ratchet in this epoch (RFC 9420 §9.1).
    private func messageKeys(
        of leafIndex: LeafIndex, _ contentType: ContentType, generation: UInt32
    ) throws(MLSError) -> (key: SecretBytes, nonce: SecretBytes) {
        try followedRatchets.keyAndNonce(
            leaf: leafIndex, kind: RatchetKind(contentType), generation: generation,
            limit: EpochRecord.generationLimit, provider: provider
        ) { () throws(MLSError) in
            try SecretTree(encryptionSecret: epochSecrets.encryptionSecret, leafCount: tree.leafCount)
        }
    }

    /// Unwraps a message of this epoch and checks its signature (RFC 9420 §6).
    func unprotect(_ message: MLSMessage) throws(MLSError) -> VerifiedContent {
        guard let header = message.header else { throw MLSError(.malformed, "not a message to a group") }
        guard header.groupID == groupID else { throw MLSError(.wrongGroup) }
        guard header.epoch == epoch else { throw MLSError(.wrongEpoch, "epoch \(header.epoch) in \(epoch)") }

        let groupContext = context.encoded
        let unverified: UnverifiedContent
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
                return try messageKeys(of: leafIndex, message.contentType, generation: generation)
            }
        case .welcome, .groupInfo, .keyPackage:
            throw MLSError(.malformed, "not a message to a group")
        }
        return try unverified.verified(
            by: try signatureKey(for: unverified.content), groupContext: groupContext, provider: provider)
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
