import MLS
import MLSCodec

/// Messages of every sort, filled with small made-up values: for codecs, which do not look at what keys mean.
enum Samples {
    static let extensions = [
        Extension(type: .applicationID, data: [1, 2]), Extension(type: ExtensionType(rawValue: 0x0a0a), data: []),
    ]

    static let capabilities = Capabilities(
        versions: [.mls10, ProtocolVersion(rawValue: 0x2a2a)],
        cipherSuites: [CipherSuite(rawValue: 1), CipherSuite(rawValue: 0x1a1a)],
        extensions: [.lastResort, ExtensionType(rawValue: 0x0a0a)], proposals: [ProposalType(rawValue: 0x3a3a)],
        credentials: [.basic, CredentialType(rawValue: 0x4a4a)])

    static func leafNode(_ source: LeafNodeSource, credential: Credential = .basic(identity: [1])) -> LeafNode {
        LeafNode(
            content: LeafNode.Content(
                encryptionKey: HPKEPublicKey([1, 2, 3]), signatureKey: SignaturePublicKey([4, 5]),
                credential: credential, capabilities: capabilities, source: source, extensions: extensions),
            signature: [9, 9, 9])
    }

    static let leafNodes = [
        leafNode(.keyPackage(Lifetime(notBefore: 1, notAfter: .max))), leafNode(.update),
        leafNode(.commit(parentHash: [7, 8]), credential: .x509(certificates: [[1], [2, 3]])),
    ]

    static let keyPackage = KeyPackage(
        content: KeyPackage.Content(
            cipherSuite: CipherSuite(rawValue: 1), initKey: HPKEPublicKey([5]), leafNode: leafNodes[0],
            extensions: [.lastResort]),
        signature: [8])

    static let proposals: [Proposal] = [
        .add(keyPackage), .update(leafNodes[1]), .remove(LeafIndex(7)),
        .preSharedKey(PreSharedKeyID(key: .external(id: [1]), nonce: [2])),
        .preSharedKey(
            PreSharedKeyID(key: .resumption(usage: .branch, groupID: [1], epoch: 2), nonce: [3])),
        .reInit(
            ReInit(groupID: [1], version: .mls10, cipherSuite: CipherSuite(rawValue: 3), extensions: extensions)),
        .externalInit(kemOutput: [1, 2]),
        .groupContextExtensions([
            .requiredCapabilities(RequiredCapabilities(credentialTypes: [.basic])),
            .externalSenders([
                ExternalSender(signatureKey: SignaturePublicKey([1]), credential: .basic(identity: []))
            ]),
            .externalPub(HPKEPublicKey([2])), .applicationID([3]),
        ]),
        .selfRemove,
    ]

    static let commit = Commit(
        proposals: proposals.map { .proposal($0) } + [.reference(ProposalRef([1, 2, 3]))],
        path: UpdatePath(
            leafNode: leafNodes[2],
            nodes: [
                UpdatePathNode(
                    encryptionKey: HPKEPublicKey([1]),
                    encryptedPathSecrets: [
                        HPKECiphertext(kemOutput: [1], ciphertext: [2]), HPKECiphertext(kemOutput: [], ciphertext: []),
                    ]),
                UpdatePathNode(encryptionKey: HPKEPublicKey([2]), encryptedPathSecrets: []),
            ]))

    static let groupContext = GroupContext(
        cipherSuite: CipherSuite(rawValue: 2), groupID: [1, 2], epoch: 3, treeHash: [4], confirmedTranscriptHash: [5],
        extensions: extensions)

    static let groupInfo = GroupInfo(
        content: GroupInfo.Content(
            groupContext: groupContext, extensions: extensions, confirmationTag: [6], signer: LeafIndex(1)),
        signature: [7])

    static let welcome = Welcome(
        cipherSuite: CipherSuite(rawValue: 1),
        secrets: [
            EncryptedGroupSecrets(
                newMember: KeyPackageRef([1]),
                encryptedGroupSecrets: HPKECiphertext(kemOutput: [2], ciphertext: [3]))
        ],
        encryptedGroupInfo: [4])

    static let groupSecrets = GroupSecrets(
        joinerSecret: SecretBytes([1]), pathSecret: SecretBytes([2]),
        psks: [PreSharedKeyID(key: .external(id: [1]), nonce: [2])])

    static let privateMessage = PrivateMessage(
        groupID: [1], epoch: 2, contentType: .commit, authenticatedData: [3], encryptedSenderData: [4],
        ciphertext: [5])

    static func content(_ body: FramedContent.Body, from sender: Sender = .member(LeafIndex(1))) -> FramedContent {
        FramedContent(groupID: [1], epoch: 2, sender: sender, authenticatedData: [3], body: body)
    }

    static let publicMessages: [PublicMessage] =
        [
            PublicMessage(
                content: content(.commit(commit)),
                auth: FramedContentAuthData(signature: [1], confirmationTag: [2]), membershipTag: [3]),
            PublicMessage(
                content: content(.application([1])), auth: FramedContentAuthData(signature: [1]), membershipTag: [3]),
        ]
        + [.external(senderIndex: 1), .newMemberProposal, .newMemberCommit].map {
            PublicMessage(
                content: content(.proposal(proposals[0]), from: $0), auth: FramedContentAuthData(signature: [1]),
                membershipTag: nil)
        }
        + proposals.map {
            PublicMessage(
                content: content(.proposal($0)), auth: FramedContentAuthData(signature: [1]), membershipTag: [1])
        }

    /// One of each, and more where there are variants.
    static let messages: [MLSMessage] =
        publicMessages.map { .publicMessage($0) } + [
            .privateMessage(privateMessage), .welcome(welcome), .groupInfo(groupInfo), .keyPackage(keyPackage),
        ]
}
