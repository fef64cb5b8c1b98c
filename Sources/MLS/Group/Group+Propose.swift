extension Group {
    /// Proposes to add a client (RFC 9420 §12.1.1). The proposal is then pending here too.
    ///
    /// - Parameters:
    ///   - policy: which lifetimes are acceptable.
    ///   - signer: the own leaf's private signature key.
    public mutating func proposeAdd(
        _ keyPackage: KeyPackage, policy: LifetimePolicy, framing: HandshakeFraming, signer: SignaturePrivateKey,
        authenticatedData: [UInt8] = []
    ) throws(MLSError) -> MLSMessage {
        _ = try keyPackage.verified(by: provider, policy: policy)
        return try propose(
            .add(keyPackage), leafPrivateKey: nil, framing: framing, signer: signer,
            authenticatedData: authenticatedData)
    }

    /// Proposes to remove a member (RFC 9420 §12.1.3), oneself not excluded: that is how to leave.
    public mutating func proposeRemove(
        _ leafIndex: LeafIndex, framing: HandshakeFraming, signer: SignaturePrivateKey,
        authenticatedData: [UInt8] = []
    ) throws(MLSError) -> MLSMessage {
        try propose(
            .remove(leafIndex), leafPrivateKey: nil, framing: framing, signer: signer,
            authenticatedData: authenticatedData)
    }

    /// Proposes a new leaf for oneself (RFC 9420 §12.1.2).
    ///
    /// The new leaf's private key is in the group's state afterwards: store that before the message goes out.
    public mutating func proposeUpdate(
        _ update: LeafUpdate = LeafUpdate(), framing: HandshakeFraming, signer: SignaturePrivateKey,
        authenticatedData: [UInt8] = []
    ) throws(MLSError) -> MLSMessage {
        try checkActive()
        let own = try requiredMember(at: ownLeafIndex)
        let keyPair = try MLSError.mapping { try provider.generateHPKEKeyPair() }
        let leafNode = try MLSError.mapping {
            var content = update.applied(to: own.leafNode.content)
            content.encryptionKey = keyPair.publicKey
            content.source = .update
            return try LeafNode.signed(
                content, at: LeafNode.Position(groupID: groupID, leafIndex: ownLeafIndex),
                with: update.signer?.privateKey ?? signer, provider: provider)
        }
        try leafNode.checkCapabilities(list: cipherSuite)
        try leafNode.checkOwn(against: context)
        return try propose(
            .update(leafNode), leafPrivateKey: keyPair.privateKey, framing: framing, signer: signer,
            authenticatedData: authenticatedData)
    }

    /// Proposes other extensions for the GroupContext (RFC 9420 §12.1.7); they replace all that are there.
    public mutating func proposeExtensions(
        _ extensions: [Extension], framing: HandshakeFraming, signer: SignaturePrivateKey,
        authenticatedData: [UInt8] = []
    ) throws(MLSError) -> MLSMessage {
        try propose(
            .groupContextExtensions(extensions), leafPrivateKey: nil, framing: framing, signer: signer,
            authenticatedData: authenticatedData)
    }

    /// Proposes to take a pre-shared key into the next epoch's secrets (RFC 9420 §12.1.4).
    public mutating func proposePreSharedKey(
        _ key: PreSharedKeyID.Key, framing: HandshakeFraming, signer: SignaturePrivateKey,
        authenticatedData: [UInt8] = []
    ) throws(MLSError) -> MLSMessage {
        try propose(
            .preSharedKey(PreSharedKeyID(key: key, nonce: provider.fresh(provider.hashLength).bytes)),
            leafPrivateKey: nil, framing: framing, signer: signer, authenticatedData: authenticatedData)
    }

    /// Leaves (draft-ietf-mls-extensions): unlike a Remove of oneself, clients that join by an external commit let one go
    /// too.
    ///
    /// The message is a PublicMessage, which they can read. All members' capabilities have to list `selfRemove`.
    ///
    /// - Throws: `invalidProposal` if some member does not support it, or if it was proposed in this epoch already.
    public mutating func proposeSelfRemove(
        signer: SignaturePrivateKey, authenticatedData: [UInt8] = []
    ) throws(MLSError) -> MLSMessage {
        let own = Sender.member(ownLeafIndex)
        guard !pendingProposals.contains(where: { $0.proposal == .selfRemove && $0.sender == own }) else {
            throw MLSError(.invalidProposal, "a second SelfRemove")
        }
        return try propose(
            .selfRemove, leafPrivateKey: nil, framing: .publicMessage, signer: signer,
            authenticatedData: authenticatedData)
    }

    /// Proposes to end the group and to start it over as another one (RFC 9420 §12.1.5).
    ///
    /// Nobody commits it unasked: `CommitRequest.reInitializing` does.
    public mutating func proposeReInit(
        _ reInit: ReInit, framing: HandshakeFraming, signer: SignaturePrivateKey, authenticatedData: [UInt8] = []
    ) throws(MLSError) -> MLSMessage {
        try propose(
            .reInit(reInit), leafPrivateKey: nil, framing: framing, signer: signer,
            authenticatedData: authenticatedData)
    }

    mutating func propose(
        _ proposal: Proposal, leafPrivateKey: HPKEPrivateKey?, framing: HandshakeFraming,
        signer: SignaturePrivateKey, authenticatedData: [UInt8]
    ) throws(MLSError) -> MLSMessage {
        try checkActive()
        try checkSigner(signer)
        try check(proposal, from: .member(ownLeafIndex), in: LeafRequirements(of: context))
        let signed = try sign(
            .proposal(proposal), as: framing.wireFormat, authenticatedData: authenticatedData, signer: signer)
        let message = try protect(signed, framing: framing)
        add(
            PendingProposal(
                reference: signed.proposalReference(provider: provider), sender: .member(ownLeafIndex),
                proposal: proposal,
                authenticatedData: authenticatedData, leafPrivateKey: leafPrivateKey))
        return message
    }

    /// Remembers a proposal; one that is known already keeps its place and its key.
    mutating func add(_ pending: PendingProposal) {
        guard !pendingProposals.contains(where: { $0.reference == pending.reference }) else { return }
        pendingProposals.append(pending)
    }

    /// Throws unless there is room for one more client that proposes itself in this epoch.
    func checkRoomForNewMember() throws(MLSError) {
        guard pendingProposals.count(where: { $0.sender == .newMemberProposal }) < rules.newMemberProposalLimit else {
            throw MLSError(.tooManyProposals, "new members that propose themselves")
        }
    }

    /// Throws unless the proposal is valid by itself (RFC 9420 §12.1).
    ///
    /// - Parameter requirements: this epoch's, or the next one's where the proposal is part of a commit.
    func check(
        _ proposal: Proposal, from sender: Sender, in requirements: LeafRequirements
    ) throws(MLSError) {
        switch proposal {
        case .add(let keyPackage):
            try keyPackage.check(by: provider)
            try keyPackage.leafNode.check(against: requirements)
            try credentials?.check(keyPackage.leafNode, for: .newMember)
        case .update(let leafNode):
            guard let leafIndex = sender.leafIndex else {
                throw MLSError(.invalidProposal, "an Update of somebody who is no member")
            }
            let current = try requiredMember(at: leafIndex)
            guard leafNode.source.isUpdate else { throw MLSError(.invalidProposal, "leaf_node_source of an Update") }
            guard leafNode.encryptionKey != current.leafNode.encryptionKey else {
                throw MLSError(.invalidProposal, "an Update that keeps its encryption_key")
            }
            guard (try? provider.validate(leafNode.encryptionKey)) != nil else {
                throw MLSError(.invalidProposal, "a malformed HPKE key")
            }
            try leafNode.check(against: requirements)
            try leafNode.checkSignature(in: groupID, at: leafIndex, provider: provider)
            try credentials?.check(leafNode, succeeding: current.leafNode)
        case .remove(let removed):
            guard tree[removed] != nil else {
                throw MLSError(.invalidProposal, "a Remove of nobody")
            }
        case .preSharedKey(let id):
            try id.checkForProposal(nonceLength: provider.hashLength)
        case .externalInit:
            // Whether the KEM output is one shows when it is used.
            guard sender == .newMemberCommit else {
                throw MLSError(.invalidProposal, "an ExternalInit outside of an external commit")
            }
        case .reInit(let reInit):
            guard reInit.version.rawValue >= ProtocolVersion.mls10.rawValue else {
                throw MLSError(.invalidProposal, "a ReInit to an older version")
            }
            guard reInit.extensions.hasUniqueTypes else {
                throw MLSError(.invalidProposal, "an extension type twice")
            }
        case .selfRemove:
            guard sender.leafIndex != nil else {
                throw MLSError(.invalidProposal, "a SelfRemove of somebody who is no member")
            }
            try tree.checkSupport(of: [.selfRemove])
        case .custom(let custom):
            // Who must support it depends on the rest of the commit.
            try check(custom, from: sender)
        case .groupContextExtensions(let extensions):
            // Whether all members can live with them depends on the rest of the commit.
            guard extensions.hasUniqueTypes else { throw MLSError(.invalidProposal, "an extension type twice") }
            var changed = context
            changed.extensions = extensions
            try changed.checkExtensions()
            try credentials?.checkExternalSenders(of: changed, since: context)
        }
    }
}
