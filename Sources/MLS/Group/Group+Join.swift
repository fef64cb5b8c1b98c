import MLSCodec

extension Group {
    /// Joins a group by a Welcome (RFC 9420 §12.4.3.1).
    ///
    /// That the caller is not in a group of the same id already, and that the members are who their credentials say, is
    /// for the caller to check.
    ///
    /// - Parameters:
    ///   - keyPackage: the own one that the Welcome names.
    ///   - privateKeys: its private keys.
    ///   - ratchetTree: the encoded tree, where the Welcome does not hold it.
    ///   - preSharedKeys: those at hand, where the Welcome may need some.
    /// - Throws: `notForThisKeyPackage`; `missingKey` for a pre-shared key; `unsupported` if the Welcome comes from a
    ///   ReInit or branch; `invalidTree`, `invalidLeafNode`, `invalidGroupInfo` or `authenticationFailed`.
    public static func join(
        _ welcome: Welcome, keyPackage: KeyPackage, privateKeys: KeyPackagePrivateKeys,
        ratchetTree: [UInt8]? = nil, preSharedKeys: PreSharedKeys = [:], provider: any CipherSuiteProvider
    ) throws(MLSError) -> Group {
        try MLSError.mapping {
            let groupSecrets = try groupSecrets(
                welcome, keyPackage: keyPackage, privateKeys: privateKeys, provider: provider)
            let schedule = KeySchedule(
                joinerSecret: groupSecrets.joinerSecret,
                pskSecret: try provider.pskSecret(groupSecrets.psks, from: preSharedKeys), provider: provider)
            let groupInfo = try groupInfo(welcome, schedule: schedule, provider: provider)
            let context = groupInfo.groupContext
            guard context.cipherSuite == provider.cipherSuite else {
                throw MLSError(.invalidGroupInfo, "cipher_suite")
            }
            try context.checkExtensions()

            guard let encodedTree = groupInfo.extensions.data(of: .ratchetTree) ?? ratchetTree else {
                throw MLSError(.invalidTree, "the ratchet tree is missing")
            }
            var tree = try RatchetTree(decoding: encodedTree)
            try check(&tree, groupInfo: groupInfo, provider: provider)

            guard let own = tree.leaves.first(where: { $0.leafNode == keyPackage.leafNode }) else {
                throw MLSError(.invalidTree, "the own leaf is missing")
            }
            let treeKeys = try TreePrivateKeys(
                joiningAt: own.index, leafKey: privateKeys.encryptionKey, pathSecret: groupSecrets.pathSecret,
                from: groupInfo.signer, in: tree, provider: provider)

            let epochSecrets = try schedule.epochSecrets(groupContext: context.encoded, provider: provider)
            let confirmationTag = epochSecrets.confirmationTag(
                confirmedTranscriptHash: context.confirmedTranscriptHash, provider: provider)
            guard constantTimeEqual(confirmationTag, groupInfo.confirmationTag) else {
                throw MLSError(.authenticationFailed, "confirmation_tag")
            }
            return Group(
                provider: provider, context: context, tree: tree, treeKeys: treeKeys, ownLeafIndex: own.index,
                epochSecrets: epochSecrets, confirmationTag: confirmationTag,
                interimTranscriptHash: provider.interimTranscriptHash(
                    confirmed: context.confirmedTranscriptHash, confirmationTag: confirmationTag),
                pendingProposals: [], isRemoved: false)
        }
    }

    /// Opens the part of a Welcome that is for this KeyPackage.
    private static func groupSecrets(
        _ welcome: Welcome, keyPackage: KeyPackage, privateKeys: KeyPackagePrivateKeys,
        provider: any CipherSuiteProvider
    ) throws -> GroupSecrets {
        guard welcome.cipherSuite == provider.cipherSuite, keyPackage.cipherSuite == provider.cipherSuite else {
            throw MLSError(.notForThisKeyPackage, "cipher_suite")
        }
        let reference = keyPackage.reference(provider: provider)
        guard let entry = welcome.secrets.first(where: { $0.newMember == reference }) else {
            throw MLSError(.notForThisKeyPackage)
        }
        let plaintext = try provider.decryptWithLabel(
            privateKeys.initKey, label: "Welcome", context: welcome.encryptedGroupInfo,
            ciphertext: entry.encryptedGroupSecrets)
        let secrets = try GroupSecrets(decoding: plaintext)
        for case .resumption(let usage, _, _) in secrets.psks.map(\.key) where usage != .application {
            throw MLSError(.unsupported, usage == .reInit ? "Welcomes after a ReInit" : "Welcomes into a branch")
        }
        return secrets
    }

    private static func groupInfo(
        _ welcome: Welcome, schedule: KeySchedule, provider: any CipherSuiteProvider
    ) throws -> GroupInfo {
        let keys = try schedule.welcomeKeyAndNonce(provider: provider)
        let plaintext = try provider.open(
            welcome.encryptedGroupInfo, key: keys.key, nonce: keys.nonce, authenticating: [])
        let groupInfo = try GroupInfo(decoding: plaintext)
        guard groupInfo.extensions.hasUniqueTypes else {
            throw MLSError(.invalidGroupInfo, "an extension type twice")
        }
        return groupInfo
    }

    /// Checks the GroupInfo's signature and the whole tree: a joiner has seen none of it before.
    private static func check(
        _ tree: inout RatchetTree, groupInfo: GroupInfo, provider: any CipherSuiteProvider
    ) throws {
        let context = groupInfo.groupContext
        guard let signer = tree[groupInfo.signer] else {
            throw MLSError(.invalidGroupInfo, "a blank signer")
        }
        guard groupInfo.hasValidSignature(by: signer.signatureKey, provider: provider) else {
            throw MLSError(.authenticationFailed, "GroupInfoTBS")
        }
        guard tree.treeHash(provider: provider) == context.treeHash else {
            throw MLSError(.invalidTree, "tree_hash")
        }
        try tree.validate(in: context, provider: provider)
    }
}
