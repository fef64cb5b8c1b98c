import MLSCodec

extension Group {
    /// Joins a group by a Welcome (RFC 9420 §12.4.3.1).
    ///
    /// That the caller is not in a group of the same id already is for the caller to check; so is that the members are who
    /// their credentials say, unless `settings` names who does.
    ///
    /// The KeyPackage's private keys have done their work then: whoever stores the group deletes them (RFC 9420 §9.2), but
    /// for those of a KeyPackage of last resort.
    ///
    /// - Parameters:
    ///   - keyPackage: the own one that the Welcome names.
    ///   - privateKeys: its private keys.
    ///   - ratchetTree: the encoded tree, where the Welcome does not hold it.
    ///   - preSharedKeys: those at hand, where the Welcome may need some.
    ///   - previous: the own group that the new one must continue: one that a ReInit ended (RFC 9420 §11.2), or one that it
    ///     is branched from (§11.3). Without it, Welcomes of either sort are refused; with it, all others are. For a branch
    ///     of an older epoch than that of `previous`, that epoch's resumption key has to be among `preSharedKeys`.
    ///   - isSameClient: whether two members, one of each group, count as the same client; not asked about equal
    ///     credentials, which do. `nil` if no others do.
    ///   - settings: what happens to used keys, who checks credentials, and which proposals the application knows.
    /// - Throws: `notForThisKeyPackage`; `missingKey` for a pre-shared key, and for a Welcome that continues another group
    ///   than `previous`; `invalidTree`, `invalidLeafNode`, `invalidGroupInfo` or `authenticationFailed`;
    ///   `invalidCredential`.
    public static func join(
        _ welcome: Welcome, keyPackage: KeyPackage, privateKeys: KeyPackagePrivateKeys,
        ratchetTree: [UInt8]? = nil, preSharedKeys: PreSharedKeys = [:], continuing previous: Group? = nil,
        isSameClient: ((Credential, Credential) -> Bool)? = nil, settings: GroupSettings = GroupSettings(),
        provider: any CipherSuiteProvider
    ) throws(MLSError) -> Group {
        try MLSError.mapping {
            let groupSecrets = try groupSecrets(
                welcome, keyPackage: keyPackage, privateKeys: privateKeys, provider: provider)
            let link = try GroupLink(groupSecrets.psks, to: previous)
            let keys = try link?.knownKeys(preSharedKeys) ?? preSharedKeys
            let schedule = KeySchedule(
                joinerSecret: groupSecrets.joinerSecret,
                pskSecret: try provider.pskSecret(groupSecrets.psks, from: keys), provider: provider)
            let groupInfo = try groupInfo(welcome, schedule: schedule, provider: provider)
            let context = groupInfo.groupContext
            let tree = try groupInfo.validatedTree(beside: ratchetTree, provider: provider)
            try settings.rules.credentials?.checkGroup(context, tree)
            try link?.check(context, members: tree.leaves.map(\.leafNode.credential), isSameClient)

            guard let own = tree.leaves.first(where: { $0.leafNode == keyPackage.leafNode }) else {
                throw MLSError(.invalidTree, "the own leaf is missing")
            }
            try own.leafNode.checkOwn(against: context)
            let treeKeys = try TreePrivateKeys(
                joiningAt: own.index, leafKey: privateKeys.encryptionKey, pathSecret: groupSecrets.pathSecret,
                from: groupInfo.signer, in: tree, provider: provider)

            let epochSecrets = try schedule.epochSecrets(groupContext: context.encoded, provider: provider)
            let confirmationTag = epochSecrets.confirmationTag(
                confirmedTranscriptHash: context.confirmedTranscriptHash, provider: provider)
            guard constantTimeEqual(confirmationTag, groupInfo.confirmationTag) else {
                throw MLSError(.authenticationFailed, "confirmation_tag")
            }
            var group = Group(
                provider: provider, context: context, tree: tree, treeKeys: treeKeys, ownLeafIndex: own.index,
                epochSecrets: epochSecrets, confirmationTag: confirmationTag,
                interimTranscriptHash: provider.interimTranscriptHash(
                    confirmed: context.confirmedTranscriptHash, confirmationTag: confirmationTag),
                pendingProposals: [], isRemoved: false)
            group.adopt(settings)
            return group
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
        var plaintext = try provider.decryptWithLabel(
            privateKeys.initKey, label: "Welcome", context: welcome.encryptedGroupInfo,
            ciphertext: entry.encryptedGroupSecrets)
        defer { plaintext.wipe() }
        return try GroupSecrets(decoding: plaintext)
    }

    private static func groupInfo(
        _ welcome: Welcome, schedule: KeySchedule, provider: any CipherSuiteProvider
    ) throws -> GroupInfo {
        let keys = try schedule.welcomeKeyAndNonce(provider: provider)
        let plaintext = try provider.open(
            welcome.encryptedGroupInfo, key: keys.key, nonce: keys.nonce, authenticating: [])
        return try GroupInfo(decoding: plaintext)
    }
}
