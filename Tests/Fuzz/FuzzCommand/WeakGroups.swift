import MLS
import MLSCodec

/// A group under the weak suite, and what its members might send: made once, the same in every run.
struct WeakGroups {
    let provider = WeakProvider()
    let crowd: Crowd
    /// The same group, in which some delete their keys.
    let deletingCrowd: Crowd
    /// Messages of the current epoch, of every kind.
    private(set) var messages: [MLSMessage] = []
    private(set) var groupInfo: GroupInfo
    let joiner: Client
    let joinerKeys: (keyPackage: KeyPackage, privateKeys: KeyPackagePrivateKeys)
    private(set) var welcome: [UInt8] = []
    /// Of client 0, for groups that continue the one it is in.
    let followerKeys: (keyPackage: KeyPackage, privateKeys: KeyPackagePrivateKeys)
    /// Into a group of the same members, which branches from theirs (RFC 9420 §11.3).
    private(set) var branchWelcome: [UInt8] = []
    /// Client 0's group after a ReInit, and the Welcome into what it starts over as (RFC 9420 §11.2).
    private(set) var ended: Group
    private(set) var successorWelcome: [UInt8] = []
    /// Into a group that says that it branches from theirs, and has somebody in it who was no member; and into one that says
    /// that it continues theirs, and lacks members.
    private(set) var forgedWelcomes: [[UInt8]] = []
    /// Of the stored form in pages, by their names.
    private(set) var pages: [[UInt8]: [UInt8]] = [:]

    private static let deleting: Set<Int> = [0, 3]

    static let shared: WeakGroups = {
        do { return try WeakGroups() } catch { fatalError("the groups to fuzz could not be made: \(error)") }
    }()

    private init() throws {
        provider.reset(to: 1)
        crowd = try Crowd(provider)
        provider.reset(to: 1)
        deletingCrowd = try Crowd(provider, deleting: Self.deleting)
        expect(
            try deletingCrowd.group(0).context == crowd.group(0).context,
            "who deletes keys is in another group than the others")
        joiner = try Client(0x41, provider)
        joinerKeys = try joiner.keyPackage()
        followerKeys = try crowd.clients[0].keyPackage()
        ended = try crowd.group(0)
        let sender = try crowd.group(2)
        groupInfo = try sender.groupInfo(includesExternalPub: true, signer: crowd.clients[2].signer.privateKey)
        try addProposals()
        try addCommits()
        try addOutsiders()
        try addSuccessors()
        pages = Dictionary(try crowd.group(0).pageChanges(since: nil).added.map { ($0.name, $0.bytes) }) { $1 }
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
            ]
            for number: UInt32 in isPublic ? 0..<1 : 1..<4 {
                messages.append(
                    try sender.encrypt([1, 2, 3], generation: number * number, padding: .none, signer: signer))
            }
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

    /// Client 2 founds groups of the same members.
    private mutating func addSuccessors() throws {
        let client = crowd.clients[2]
        let others = try [3, 5, 6].map { try crowd.clients[$0].keyPackage().keyPackage }
        let request = client.successorRequest(
            adding: [followerKeys.keyPackage] + others, preSharedKeys: crowd.preSharedKeys)
        var group = try crowd.group(2)
        branchWelcome = try group.stageBranch(request, groupID: [3], policy: Client.policy).welcome?.encoded ?? []
        let reInit = ReInit(
            groupID: [2], version: .mls10, cipherSuite: provider.cipherSuite,
            extensions: [Extension(type: Client.known, data: [4])])
        let commit = try client.stage(group) { $0.reInitializing = reInit }
        try group.merge(commit)
        if case .commit(let received) = try ended.process(commit.message) { try ended.merge(received) }
        successorWelcome =
            try group.stageReInitialized(request, policy: Client.policy, provider: provider).welcome?.encoded ?? []
        forgedWelcomes = [
            try forgedWelcome([3], .branch, try crowd.group(2), adding: [joinerKeys.keyPackage]),
            try forgedWelcome([2], .reInit, group, adding: []),
        ]
    }

    /// What the library does not let anybody make.
    private func forgedWelcome(
        _ groupID: [UInt8], _ usage: ResumptionPSKUsage, _ previous: Group, adding added: [KeyPackage]
    ) throws -> [UInt8] {
        let client = crowd.clients[2]
        let created = try client.create(
            groupID, extensions: previous.reInit?.extensions ?? previous.extensions)
        let id = PreSharedKeyID.Key.resumption(usage: usage, groupID: previous.groupID, epoch: previous.epoch)
        return try client.stage(created) {
            $0.adding = [followerKeys.keyPackage] + added
            $0.preSharedKeys = [id: previous.resumptionPSK]
            $0.link = id
            $0.forcesPath = true
        }.welcome?.encoded ?? []
    }
}
