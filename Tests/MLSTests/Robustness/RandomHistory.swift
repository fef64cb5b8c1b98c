import MLS
import MLSCodec
import MLSCrypto
import TestSupport

/// A group's life as a seed decides it: up to 20 clients propose, commit, join, come back, leave and talk, while the delivery
/// service loses, repeats and reorders what they send. Some delete their keys, for others they stay derivable. Some of the
/// members found a group beside it, and a ReInit may end it, to go on as another one.
///
/// At each step it holds that members in the same epoch have the same secrets, that a message that is refused changes
/// nothing, that the accepted commit of an epoch is accepted by each of its members, and that each member can read exactly
/// what it still has keys for.
struct RandomHistory {
    static let clientCount = 20
    static let suites: [CipherSuite] = [1, 2, 3].map(CipherSuite.init(rawValue:))
    static let known = ExtensionType(rawValue: 0xf7c1)
    static let preSharedKeys: PreSharedKeys = [
        .external(id: [1]): SecretBytes([1, 1]), .external(id: [2]): SecretBytes([2, 2]),
    ]

    /// An application message, as its sender knows it.
    struct Saying {
        let text: String
        let epoch: UInt64
        let sender: LeafIndex
        /// On the sender's application ratchet.
        let generation: UInt32
    }

    let suite: CipherSuite
    var generator: TestSupport.SeededGenerator
    var participants: [Participant]
    /// Somebody whom `external_senders` names, with a key of each cipher suite.
    let outsiders: [CipherSuite: TestMember]
    var delivery: TestDelivery
    let trace: HistoryTrace
    /// What was said, by the message.
    var sayings: [MLSMessage: Saying] = [:]
    /// How many messages a member has sent in an epoch.
    var generations: [UInt64: [LeafIndex: UInt32]] = [:]

    /// Groups that branched from this one, and the one that took its place.
    var others: [RandomHistory] = []
    /// Where in `others` the group is that takes this one's place.
    var successor: Int?
    /// Whether a ReInit was accepted.
    var isOver = false
    /// 0 for a group that continues no other, else one more than that of the group it came from.
    let degree: Int

    /// The members that a group began with which came from another one.
    var founders: [Credential] { agreed[1]?.group.members.map(\.credential) ?? [] }

    /// What every member of an epoch must have.
    private var agreed: [UInt64: (authenticator: SecretBytes, group: Group)] = [:]

    init(seed: UInt64) throws {
        var generator = TestSupport.SeededGenerator(seed: seed)
        let settings = (0..<Self.clientCount).map { _ in Self.settings(&generator) }
        let outsiders = try Dictionary(
            uniqueKeysWithValues: Self.suites.map { ($0, try TestMember("outsider", $0)) })
        try self.init(
            CipherSuite(rawValue: seed % 4 == 3 ? 2 : 1), generator: generator, settings: settings,
            outsiders: outsiders, head: 0, degree: 0, trace: HistoryTrace())
        try participants[0].member.create(extensions: extensions(of: suite, data: []))
        participants[0].begin(in: try participants[0].member.group)
        try enter(0)
    }

    /// A group of the same clients, which have new keys.
    init(_ suite: CipherSuite, from other: RandomHistory, seed: UInt64) throws {
        try self.init(
            suite, generator: TestSupport.SeededGenerator(seed: seed),
            settings: other.participants.map(\.member.settings), outsiders: other.outsiders, head: 1,
            degree: other.degree + 1, trace: other.trace)
    }

    private init(
        _ suite: CipherSuite, generator: TestSupport.SeededGenerator, settings: [GroupSettings],
        outsiders: [CipherSuite: TestMember], head: UInt64, degree: Int, trace: HistoryTrace
    ) throws {
        self.suite = suite
        self.generator = generator
        self.outsiders = outsiders
        self.degree = degree
        self.trace = trace
        participants = try settings.enumerated().map { try Participant("\($0.offset)", suite, $0.element) }
        delivery = TestDelivery(head: head)
    }

    /// Half of the clients delete their keys, and some of these keep few.
    private static func settings(_ generator: inout TestSupport.SeededGenerator) -> GroupSettings {
        guard Bool.random(using: &generator) else { return .rederivable }
        return GroupSettings(
            retention: .strict(
                pastEpochs: UInt8.random(in: 0...3, using: &generator),
                skippedGenerations: Int.random(in: 0..<3, using: &generator) == 0 ? 10 : 1_000))
    }

    mutating func run(steps: Int) throws {
        for _ in 0..<steps { try step() }
        try settle()
    }

    mutating func note(_ what: String, _ line: String) {
        trace.note(what, degree == 0 ? line : "(in a group of degree \(degree)) \(line)")
    }

    // MARK: Chance

    mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<max(1, limit), using: &generator) }
    mutating func chance(oneIn count: Int) -> Bool { below(count) == 0 }
    mutating func pick<Element>(_ list: [Element]) -> Element? { list.randomElement(using: &generator) }

    // MARK: Who is who

    var outsider: TestMember {
        get throws {
            guard let outsider = outsiders[suite] else { throw HistoryFailure("a suite that nobody has") }
            return outsider
        }
    }

    /// Participants with a group.
    var active: [Int] { participants.indices.filter { participants[$0].member.state != nil } }
    /// Those that have seen all commits.
    var current: [Int] { active.filter { participants[$0].epoch == delivery.head } }

    /// Where a participant stands in the latest epoch, whether it knows of it or not.
    func place(of index: Int) -> LeafIndex? {
        let credential = participants[index].member.credential
        return current.first.flatMap { participants[$0].member.state }?
            .members.first { $0.credential == credential }?.leafIndex
    }

    /// The clients that are members of a group.
    func indices(of members: [Member]) -> [Int] {
        let credentials = Set(members.map(\.credential))
        return participants.indices.filter { credentials.contains(participants[$0].member.credential) }
    }

    /// Clients that are in no group, and not about to enter one.
    var strangers: [Int] {
        participants.indices.filter {
            participants[$0].member.state == nil && participants[$0].invitation == nil && place(of: $0) == nil
        }
    }

    /// The extensions of the GroupContext.
    func extensions(of suite: CipherSuite, data: [UInt8]) -> [Extension] {
        let senders = outsiders[suite].map {
            ExternalSender(signatureKey: $0.signer.publicKey, credential: $0.credential)
        }
        return [.externalSenders([senders].compactMap(\.self)), Extension(type: Self.known, data: data)]
    }

    // MARK: What must hold

    /// Somebody has come to an epoch: it must be the one that the others have.
    mutating func enter(_ index: Int) throws {
        let group = try participants[index].member.group
        if group.isRemoved {
            try expectToRefuse(.removed, index)
            participants[index].member.state = nil
            participants[index].staged = nil
            return
        }
        guard group.pendingProposals.isEmpty else { throw HistoryFailure("a proposal outlives its epoch") }
        try participants[index].takeStock(of: group)
        if group.reInit != nil {
            try expectToRefuse(.reInitialized, index)
            note("over", "\(participants[index].name) knows that the group is over")
        }
        guard let known = agreed[group.epoch] else {
            agreed[group.epoch] = (group.epochAuthenticator, group)
            return
        }
        guard known.authenticator == group.epochAuthenticator, known.group.context == group.context,
            known.group.members == group.members, known.group.reInit == group.reInit
        else { throw HistoryFailure("\(participants[index].name) has another epoch \(group.epoch) than the others") }
    }

    /// A group that cannot go on does nothing but answer.
    private func expectToRefuse(_ code: MLSError.Code, _ index: Int) throws {
        let member = participants[index].member
        let (group, signer) = (try member.group, member.signer.privateKey)
        let attempts: [(inout Group) throws -> Void] = [
            { _ = try $0.proposeUpdate(framing: .publicMessage, signer: signer) },
            { _ = try $0.encrypt([1], signer: signer) },
            { _ = try $0.encrypt([1], generation: 0, signer: signer) },
            { _ = try $0.reserveFraming() },
            {
                _ = try $0.stageCommit(
                    CommitRequest(framing: .publicMessage), policy: TestMember.policy, signer: signer)
            },
        ]
        for attempt in attempts {
            var changed = group
            guard case .failure(let error as MLSError) = Result(catching: { try attempt(&changed) }),
                error == MLSError(code), changed == group
            else { throw HistoryFailure("\(member.name)'s group goes on after it was \(code)") }
        }
    }

    /// Everybody gets everything, and all can read each other, in each of the groups.
    private mutating func settle() throws {
        for index in participants.indices where participants[index].invitation != nil { try acceptInvitation(index) }
        for index in active { while try catchUp(index) {} }
        for index in active {
            while !participants[index].inbox.isEmpty { try deliver(to: index) }
            while try catchUp(index) {}
        }
        guard let first = current.first, current == active else { throw HistoryFailure("somebody is left behind") }
        var tree = try RatchetTree(decoding: try participants[first].member.group.ratchetTree)
        try tree.validate(
            in: try participants[first].member.group.context, provider: participants[first].member.provider)
        guard tree.memberCount >= active.count else { throw HistoryFailure("more members than leaves") }
        if isOver {
            if successor == nil { try startOver(first) }
        } else {
            for sender in active {
                let message = try say(sender)
                for reader in active { try hear(message, by: reader) }
            }
        }
        for life in others.indices {
            for index in participants.indices { try follow(index, into: life) }
            try others[life].settle()
        }
    }
}
