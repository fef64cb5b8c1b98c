extension Group {
    /// Creates a group with one member (RFC 9420 §11), in epoch 0.
    ///
    /// - Parameters:
    ///   - groupID: unique for all who might ever meet it; random bytes of the hash's length are a good choice.
    ///   - signer: the creator's signature key pair.
    ///   - lifetime: of the creator's leaf, which counts as one from a KeyPackage.
    ///   - extensions: the GroupContext's.
    ///   - settings: what happens to used keys, who checks credentials, and which proposals the application knows.
    /// - Throws: `invalidLeafNode` or `invalidGroupInfo` if the leaf or the extensions break a rule; `invalidCredential` for
    ///   an external sender.
    public static func create(
        groupID: [UInt8], provider: any CipherSuiteProvider, credential: Credential, signer: SignatureKeyPair,
        capabilities: Capabilities, lifetime: Lifetime, leafExtensions: [Extension] = [],
        extensions: [Extension] = [], settings: GroupSettings = GroupSettings()
    ) throws(MLSError) -> Group {
        try MLSError.mapping {
            let keyPair = try provider.generateHPKEKeyPair()
            let leafNode = try LeafNode.signed(
                LeafNode.Content(
                    encryptionKey: keyPair.publicKey, signatureKey: signer.publicKey, credential: credential,
                    capabilities: capabilities, source: .keyPackage(lifetime), extensions: leafExtensions),
                at: nil, with: signer.privateKey, provider: provider)

            var tree = RatchetTree()
            let ownLeafIndex = try tree.add(leafNode)
            let context = GroupContext(
                cipherSuite: provider.cipherSuite, groupID: groupID, epoch: 0,
                treeHash: tree.treeHash(provider: provider), confirmedTranscriptHash: [], extensions: extensions)
            try context.checkExtensions()
            try settings.rules.credentials?.checkExternalSenders(of: context)
            try leafNode.checkOwn(against: context)
            try leafNode.checkCapabilities(list: provider.cipherSuite)
            guard try provider.publicKey(of: signer.privateKey) == signer.publicKey else {
                throw MLSError(.missingKey, "a signature key pair whose halves do not belong together")
            }

            let epochSecrets = try EpochSecrets(
                epochSecret: provider.fresh(provider.hashLength), provider: provider)
            let confirmationTag = epochSecrets.confirmationTag(confirmedTranscriptHash: [], provider: provider)
            var group = Group(
                provider: provider, context: context, tree: tree,
                treeKeys: TreePrivateKeys(leafIndex: ownLeafIndex, leafKey: keyPair.privateKey),
                ownLeafIndex: ownLeafIndex, epochSecrets: epochSecrets, confirmationTag: confirmationTag,
                interimTranscriptHash: provider.interimTranscriptHash(
                    confirmed: [], confirmationTag: confirmationTag),
                pendingProposals: [], isRemoved: false)
            group.adopt(settings)
            return group
        }
    }
}
