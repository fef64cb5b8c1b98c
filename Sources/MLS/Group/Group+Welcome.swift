import MLSCodec

extension Group {
    /// A signed GroupInfo of this epoch (RFC 9420 §12.4.3).
    ///
    /// - Parameters:
    ///   - includesRatchetTree: whether it holds the tree, in a `ratchet_tree` extension. If not, joiners need
    ///     `ratchetTree`.
    ///   - includesExternalPub: whether it holds an `external_pub` extension: whoever has it can join by an external commit
    ///     (RFC 9420 §12.4.3.2).
    ///   - extensions: further ones.
    ///   - signer: the own leaf's private signature key.
    public func groupInfo(
        includesRatchetTree: Bool = true, includesExternalPub: Bool = false, extensions: [Extension] = [],
        signer: SignaturePrivateKey
    ) throws(MLSError) -> GroupInfo {
        try checkActive()
        try checkSigner(signer)
        var all = includesRatchetTree ? [Extension(type: .ratchetTree, data: ratchetTree)] : []
        if includesExternalPub {
            let externalPub = try MLSError.mapping { try epochSecrets.externalKeyPair(provider: provider).publicKey }
            all.append(.externalPub(externalPub))
        }
        all += extensions
        guard all.hasUniqueTypes else { throw MLSError(.invalidGroupInfo, "an extension type twice") }
        let content = GroupInfo.Content(
            groupContext: context, extensions: all, confirmationTag: confirmationTag, signer: ownLeafIndex)
        return try MLSError.mapping { try GroupInfo.signed(content, with: signer, provider: provider) }
    }

    /// The Welcome into this epoch for those whom the commit that began it added (RFC 9420 §12.4.3.1).
    func welcome(
        _ state: ProvisionalState, schedule: KeySchedule,
        path: NewPath?, request: CommitRequest, signer: SignaturePrivateKey
    ) throws(MLSError) -> MLSMessage {
        let groupInfo = try groupInfo(
            includesRatchetTree: request.includesRatchetTree, extensions: request.groupInfoExtensions, signer: signer)
        return try MLSError.mapping {
            let keys = try schedule.welcomeKeyAndNonce(provider: provider)
            let encryptedGroupInfo = try provider.seal(
                groupInfo.encoded, key: keys.key, nonce: keys.nonce, authenticating: [])
            let encrypt = provider.encryptorWithLabel("Welcome", context: encryptedGroupInfo)
            let secrets = try provider.parallelMap(state.added) { leafIndex, keyPackage in
                let groupSecrets = GroupSecrets(
                    joinerSecret: schedule.joinerSecret, pathSecret: path.map { $0.requiredPathSecret(for: leafIndex) },
                    psks: state.preSharedKeys)
                var plaintext = groupSecrets.encoded
                defer { plaintext.wipe() }
                return EncryptedGroupSecrets(
                    newMember: keyPackage.reference(provider: provider),
                    encryptedGroupSecrets: try encrypt(plaintext, keyPackage.initKey))
            }
            return .welcome(
                Welcome(
                    cipherSuite: provider.cipherSuite, secrets: secrets, encryptedGroupInfo: encryptedGroupInfo))
        }
    }
}
