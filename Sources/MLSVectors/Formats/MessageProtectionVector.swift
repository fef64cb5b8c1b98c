import MLS
import MLSCodec

struct MessageProtectionVector: SuiteVector {
    var cipherSuite: UInt16
    var groupId: HexBytes
    var epoch: UInt64
    var treeHash: HexBytes
    var confirmedTranscriptHash: HexBytes
    var signaturePriv: HexBytes
    var signaturePub: HexBytes
    var encryptionSecret: HexBytes
    var senderDataSecret: HexBytes
    var membershipKey: HexBytes
    var proposal: HexBytes
    var proposalPub: HexBytes
    var proposalPriv: HexBytes
    var commit: HexBytes
    var commitPub: HexBytes
    var commitPriv: HexBytes
    var application: HexBytes
    var applicationPriv: HexBytes

    /// The member that all messages come from.
    private static let sender = LeafIndex(1)

    func verify(_ provider: any CipherSuiteProvider) throws {
        let contents: [(FramedContent.Body, pub: HexBytes?, priv: HexBytes)] = [
            (.proposal(try Proposal(decoding: proposal.bytes)), proposalPub, proposalPriv),
            (.commit(try Commit(decoding: commit.bytes)), commitPub, commitPriv),
            (.application(application.bytes), nil, applicationPriv),
        ]
        for (body, pub, priv) in contents {
            if let pub { try expectEqual(open(pub.bytes, provider), body, "\(body.type) from _pub") }
            try expectEqual(open(priv.bytes, provider), body, "\(body.type) from _priv")

            let ownPublic = MLSMessage.publicMessage(
                PublicMessage(
                    protecting: try signed(body, as: .publicMessage, provider),
                    membershipKey: SecretBytes(membershipKey.bytes), groupContext: groupContext, provider: provider))
            if body.type == .application {
                let opened = try? open(ownPublic.encoded, provider)
                try expect(opened == nil, "application data in a PublicMessage")
            } else {
                try expectEqual(open(ownPublic.encoded, provider), body, "own PublicMessage")
            }

            let keys = try keyAndNonce(body.type, generation: 3, provider)
            let ownPrivate = MLSMessage.privateMessage(
                try PrivateMessage(
                    protecting: try signed(body, as: .privateMessage, provider),
                    senderDataSecret: SecretBytes(senderDataSecret.bytes), key: keys.key, nonce: keys.nonce,
                    generation: 3, padding: .padme, provider: provider))
            try expectEqual(open(ownPrivate.encoded, provider), body, "own PrivateMessage")
        }
    }

    private var groupContext: [UInt8] {
        GroupContext(
            cipherSuite: CipherSuite(rawValue: cipherSuite), groupID: groupId.bytes, epoch: epoch,
            treeHash: treeHash.bytes, confirmedTranscriptHash: confirmedTranscriptHash.bytes, extensions: []
        ).encoded
    }

    private func keyAndNonce(
        _ type: ContentType, generation: UInt32, _ provider: any CipherSuiteProvider
    ) throws -> (key: SecretBytes, nonce: SecretBytes) {
        try SecretTree(encryptionSecret: SecretBytes(encryptionSecret.bytes), leafCount: 2).keyAndNonce(
            leaf: Self.sender, kind: RatchetKind(type), generation: generation, limit: 100, provider: provider)
    }

    private func open(_ bytes: [UInt8], _ provider: any CipherSuiteProvider) throws -> FramedContent.Body {
        let unverified: UnverifiedContent
        switch try MLSMessage(decoding: bytes) {
        case .publicMessage(let message):
            unverified = try message.unprotected(
                membershipKey: SecretBytes(membershipKey.bytes), groupContext: groupContext, provider: provider)
        case .privateMessage(let message):
            unverified = try message.unprotected(
                senderDataSecret: SecretBytes(senderDataSecret.bytes), provider: provider
            ) { leaf, generation in
                try expectEqual(leaf, Self.sender, "leaf_index")
                return try keyAndNonce(message.contentType, generation: generation, provider)
            }
        default:
            throw Mismatch(description: "a message of another type")
        }
        let verified = try unverified.verified(
            by: SignaturePublicKey(signaturePub.bytes), groupContext: groupContext, provider: provider)
        try expectEqual(verified.content.sender, .member(Self.sender), "sender")
        return verified.content.body
    }

    private func signed(
        _ body: FramedContent.Body, as wireFormat: WireFormat, _ provider: any CipherSuiteProvider
    ) throws -> AuthenticatedContent {
        var content = try AuthenticatedContent.signed(
            FramedContent(
                groupID: groupId.bytes, epoch: epoch, sender: .member(Self.sender), authenticatedData: [], body: body),
            as: wireFormat, groupContext: groupContext,
            with: SignaturePrivateKey(signaturePriv.privateKey(for: provider)), provider: provider)
        if body.type == .commit { content.auth.confirmationTag = provider.random(provider.hashLength).bytes }
        return content
    }
}
