extension Group {
    /// Makes the group that a committed ReInit asked for (RFC 9420 §11.2), and the Welcome into it for all the others.
    ///
    /// Any member can do it, whoever committed the ReInit. This group is not changed. The new one is `merged` of the
    /// answer, in its epoch 1; the answer's message is for nobody.
    ///
    /// - Parameters:
    ///   - request: with a KeyPackage of every other member of this group, of the new cipher suite.
    ///   - policy: which lifetimes of KeyPackages are acceptable.
    ///   - provider: of the new cipher suite.
    /// - Throws: `invalidGroupInfo` if this group was not ended by a ReInit, or if a member is missing; `unsupported` for a
    ///   version that this library does not have, or a provider of another suite; others as `create` and `stageCommit`.
    public func stageReInitialized(
        _ request: SuccessorRequest, policy: LifetimePolicy, provider: any CipherSuiteProvider
    ) throws(MLSError) -> StagedCommit {
        guard let reInit, !isRemoved else { throw MLSError(.invalidGroupInfo, "a ReInit that was not committed") }
        guard reInit.version == .mls10 else { throw MLSError(.unsupported, "version \(reInit.version.rawValue)") }
        guard reInit.cipherSuite == provider.cipherSuite else { throw MLSError(.unsupported, "another cipher suite") }
        return try stageSuccessor(
            request, groupID: reInit.groupID, extensions: reInit.extensions, usage: .reInit, policy: policy,
            provider: provider)
    }

    /// Makes another group of some of this one's members (RFC 9420 §11.3), and the Welcome into it for them.
    ///
    /// This group is not changed, and goes on. The new one is `merged` of the answer, in its epoch 1; the answer's message
    /// is for nobody.
    ///
    /// - Parameters:
    ///   - request: with a KeyPackage of each of the members that shall be in it, but for oneself.
    ///   - groupID: the new group's, as unique as for any other.
    ///   - extensions: the new GroupContext's; `nil` for those of this group.
    ///   - policy: which lifetimes of KeyPackages are acceptable.
    /// - Throws: `invalidGroupInfo` if somebody is no member of this group, or for this group's own id; others as `create`
    ///   and `stageCommit`.
    public func stageBranch(
        _ request: SuccessorRequest, groupID: [UInt8], extensions: [Extension]? = nil, policy: LifetimePolicy
    ) throws(MLSError) -> StagedCommit {
        try checkActive()
        guard groupID != self.groupID else { throw MLSError(.invalidGroupInfo, "the group_id of the group itself") }
        return try stageSuccessor(
            request, groupID: groupID, extensions: extensions ?? self.extensions, usage: .branch, policy: policy,
            provider: provider)
    }

    private func stageSuccessor(
        _ request: SuccessorRequest, groupID: [UInt8], extensions: [Extension], usage: ResumptionPSKUsage,
        policy: LifetimePolicy, provider: any CipherSuiteProvider
    ) throws(MLSError) -> StagedCommit {
        let created = try Group.create(
            groupID: groupID, provider: provider, credential: request.credential, signer: request.signer,
            capabilities: request.capabilities, lifetime: request.lifetime, leafExtensions: request.leafExtensions,
            extensions: extensions, settings: settings)
        let id = PreSharedKeyID.Key.resumption(usage: usage, groupID: self.groupID, epoch: epoch)
        var commit = CommitRequest(
            adding: request.adding, injecting: request.injecting,
            preSharedKeys: request.preSharedKeys.merging([id: resumptionPSK]) { _, own in own }, forcesPath: true,
            framing: .publicMessage, includesRatchetTree: request.includesRatchetTree,
            groupInfoExtensions: request.groupInfoExtensions)
        commit.link = id
        let staged = try created.stageCommit(commit, policy: policy, signer: request.signer.privateKey)
        // What the joiners will check.
        let link = try GroupLink([PreSharedKeyID(key: id, nonce: [])], to: self)
        try link?.check(
            staged.merged.context, members: staged.merged.members.map(\.credential), request.isSameClient)
        return staged
    }
}
