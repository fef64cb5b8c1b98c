import MLS
import MLSCodec

/// A group under the weak suite, and what its members might send: made once, the same in every run.
struct WeakGroups {
    let provider = WeakProvider()
    let crowd: Crowd
    /// Messages of the current epoch, of every kind.
    private(set) var messages: [MLSMessage] = []
    private(set) var groupInfo: GroupInfo
    let joiner: Client
    let joinerKeys: (keyPackage: KeyPackage, privateKeys: KeyPackagePrivateKeys)
    private(set) var welcome: [UInt8] = []

    static let shared: WeakGroups = {
        do { return try WeakGroups() } catch { fatalError("the groups to fuzz could not be made: \(error)") }
    }()

    private init() throws {
        provider.reset(to: 1)
        crowd = try Crowd(provider)
        joiner = try Client(0x41, provider)
        joinerKeys = try joiner.keyPackage()
        let sender = try crowd.group(2)
        groupInfo = try sender.groupInfo(includesExternalPub: true, signer: crowd.clients[2].signer.privateKey)
        try addProposals()
        try addCommits()
        try addOutsiders()
    }

    private mutating func addProposals() throws {
        let client = crowd.clients[2]
        let signer = client.signer.privateKey
        let keyPackage = try Client(0x42, provider).keyPackage().keyPackage
        for isPublic in [true, false] {
            var sender = try crowd.group(2)
            var generation: UInt32 = 0
            func framing() -> HandshakeFraming {
                defer { generation += 1 }
                return isPublic ? .publicMessage : .privateMessage(generation: generation, padding: .multiple(of: 8))
            }
            messages += [
                try sender.proposeAdd(keyPackage, policy: Client.policy, framing: framing(), signer: signer),
                try sender.proposeRemove(LeafIndex(5), framing: framing(), signer: signer),
                try sender.proposeUpdate(framing: framing(), signer: signer),
                try sender.proposeExtensions(
                    [Extension(type: Client.known, data: [3])], framing: framing(), signer: signer),
                try sender.proposePreSharedKey(.external(id: [1]), framing: framing(), signer: signer),
                try sender.proposeReInit(
                    ReInit(groupID: [2], version: .mls10, cipherSuite: provider.cipherSuite, extensions: []),
                    framing: framing(), signer: signer),
                try sender.encrypt([1, 2, 3], generation: 0, padding: .none, signer: signer),
            ]
        }
        var leaving = try crowd.group(5)
        messages.append(try leaving.proposeSelfRemove(signer: crowd.clients[5].signer.privateKey))
    }

    private mutating func addCommits() throws {
        let client = crowd.clients[2]
        let group = try crowd.group(2)
        let added = try Client(0x43, provider).keyPackage().keyPackage
        let requests: [(inout CommitRequest) -> Void] = [
            { _ in },
            { $0.adding = [added] },
            { $0.removing = [LeafIndex(5)] },
            {
                $0.adding = [added]
                $0.removing = [LeafIndex(1)]
                $0.forcesPath = true
            },
            { $0.extensions = [Extension(type: Client.known, data: [9])] },
            { $0.removing = [LeafIndex(0)] },
            {
                $0.injecting = [.external(id: [1])]
                $0.preSharedKeys = [.external(id: [1]): SecretBytes([1, 2, 3])]
            },
            {
                $0.reInitializing = ReInit(
                    groupID: [2], version: .mls10, cipherSuite: .mls128DHKEMX25519AES128GCMSHA256Ed25519,
                    extensions: [])
            },
        ]
        for request in requests {
            messages.append(try client.stage(group, request).message)
            messages.append(
                try client.stage(group) {
                    request(&$0)
                    $0.framing = .privateMessage(generation: 1)
                }.message)
        }
        // One by reference: with the proposals of `addProposals` before it.
        var receiver = group
        for message in messages.prefix(3) { _ = try? receiver.process(message) }
        messages.append(try client.stage(receiver).message)
        let staged = try client.stage(group) { $0.adding = [joinerKeys.keyPackage] }
        welcome = staged.welcome?.encoded ?? []
    }

    private mutating func addOutsiders() throws {
        let group = try crowd.group(2)
        let outsider = crowd.outsider
        messages += [
            try MLSMessage.externalProposal(
                .remove(LeafIndex(1)), groupID: group.groupID, epoch: group.epoch, senderIndex: 0,
                signer: outsider.signer.privateKey, provider: provider),
            try MLSMessage.newMemberProposal(
                outsider.keyPackage().keyPackage, groupID: group.groupID, epoch: group.epoch,
                signer: outsider.signer.privateKey, provider: provider),
            try Group.stageExternalJoin(
                groupInfo,
                ExternalJoinRequest(
                    credential: outsider.credential, signer: outsider.signer, capabilities: outsider.capabilities),
                provider: provider
            ).message,
            try Group.stageExternalJoin(
                groupInfo,
                ExternalJoinRequest(
                    credential: crowd.clients[5].credential, signer: crowd.clients[5].signer,
                    capabilities: outsider.capabilities, replacing: LeafIndex(5)),
                provider: provider
            ).message,
        ]
    }
}
