import MLSCodec

/// What the key schedule of a new epoch takes in (RFC 9420 §8), and its transcript (§8.2).
struct EpochInputs {
    var initSecret: SecretBytes
    /// `nil` if the commit has no path.
    var commitSecret: SecretBytes?
    var pskSecret: SecretBytes
    /// With the commit in it.
    var confirmedTranscriptHash: [UInt8]
}

extension Group {
    /// The group after a commit whose path, if any, is in `state` already.
    ///
    /// - Parameters:
    ///   - confirmedTranscriptHash: with the commit in it.
    ///   - commitSecret: `nil` if there is no path.
    ///   - preSharedKeys: those at hand.
    func advance(
        _ state: ProvisionalState, confirmedTranscriptHash: [UInt8], commitSecret: SecretBytes?,
        preSharedKeys: PreSharedKeys
    ) throws -> (group: Group, schedule: KeySchedule) {
        var initSecret = epochSecrets.initSecret
        if let kemOutput = state.externalInit {
            let externalKey = try epochSecrets.externalKeyPair(provider: provider).privateKey
            initSecret = try provider.externalInitSecret(kemOutput, externalKey: externalKey)
        }
        var next = try Self.next(
            tree: state.tree, treeKeys: state.treeKeys, context: state.context,
            with: EpochInputs(
                initSecret: initSecret, commitSecret: commitSecret,
                pskSecret: try provider.pskSecret(state.preSharedKeys, from: knownKeys(preSharedKeys)),
                confirmedTranscriptHash: confirmedTranscriptHash),
            provider: provider)
        next.group.reInit = state.reInit
        next.group.adopt(settings)
        return next
    }

    /// A group in the epoch that a commit begins (RFC 9420 §8, §8.2).
    ///
    /// - Parameters:
    ///   - tree, treeKeys: with everything that the commit brings.
    ///   - context: of the new epoch, but for its two hashes.
    static func next(
        tree: RatchetTree, treeKeys: TreePrivateKeys, context: GroupContext, with inputs: EpochInputs,
        provider: any CipherSuiteProvider
    ) throws -> (group: Group, schedule: KeySchedule) {
        var tree = tree
        var context = context
        context.treeHash = tree.treeHash(provider: provider)
        context.confirmedTranscriptHash = inputs.confirmedTranscriptHash

        let encodedContext = context.encoded
        let schedule = try KeySchedule(
            initSecret: inputs.initSecret,
            commitSecret: inputs.commitSecret ?? SecretBytes(zeros: provider.hashLength),
            pskSecret: inputs.pskSecret, groupContext: encodedContext, provider: provider)
        let epochSecrets = try schedule.epochSecrets(groupContext: encodedContext, provider: provider)
        let confirmationTag = epochSecrets.confirmationTag(
            confirmedTranscriptHash: context.confirmedTranscriptHash, provider: provider)
        let group = Group(
            provider: provider, context: context, tree: tree, treeKeys: treeKeys, ownLeafIndex: treeKeys.leafIndex,
            epochSecrets: epochSecrets, confirmationTag: confirmationTag,
            interimTranscriptHash: provider.interimTranscriptHash(
                confirmed: context.confirmedTranscriptHash, confirmationTag: confirmationTag),
            pendingProposals: [], isRemoved: false)
        return (group, schedule)
    }
}
