import MLS
import MLSCodec
import MLSCrypto
import TestSupport

/// A group's life as a seed decides it: up to 20 clients propose, commit, join, come back, leave and talk, while the delivery
/// service loses, repeats and reorders what they send.
///
/// At each step it holds that members in the same epoch have the same secrets, that a message that is refused changes
/// nothing, that the accepted commit of an epoch is accepted by each of its members, and that who was a member can read what
/// was said.
struct RandomHistory {
    static let clientCount = 20
    static let known = ExtensionType(rawValue: 0xf7c1)
    static let preSharedKeys: PreSharedKeys = [
        .external(id: [1]): SecretBytes([1, 1]), .external(id: [2]): SecretBytes([2, 2]),
    ]

    let suite: CipherSuite
    var generator: TestSupport.SeededGenerator
    var participants: [Participant]
    /// Somebody whom `external_senders` names.
    let outsider: TestMember
    var delivery: TestDelivery
    /// What happened, one line each.
    private(set) var trace: [String] = []
    /// How often each operation came to something.
    private(set) var counts: [String: Int] = [:]
    /// What every member of an epoch must have.
    private var agreed: [UInt64: (authenticator: SecretBytes, context: GroupContext)] = [:]
    private var lastText = 0

    init(seed: UInt64) throws {
        generator = TestSupport.SeededGenerator(seed: seed)
        suite = CipherSuite(rawValue: seed % 4 == 3 ? 2 : 1)
        let suite = suite
        participants = try (0..<Self.clientCount).map { try Participant("\($0)", suite) }
        outsider = try TestMember("outsider", suite)
        delivery = TestDelivery(head: 0)
        try participants[0].member.create(extensions: extensions(data: []))
        try enter(0)
    }

    mutating func run(steps: Int) throws {
        for _ in 0..<steps { try step() }
        try settle()
    }

    mutating func note(_ what: String, _ line: String) {
        trace.append("\(trace.count): \(line)")
        counts[what, default: 0] += 1
    }

    // MARK: Chance

    mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<max(1, limit), using: &generator) }
    mutating func chance(oneIn count: Int) -> Bool { below(count) == 0 }
    mutating func pick<Element>(_ list: [Element]) -> Element? { list.randomElement(using: &generator) }

    // MARK: Who is who

    /// Participants with a group that goes on.
    var active: [Int] { participants.indices.filter { participants[$0].member.state != nil } }
    /// Those that have seen all commits.
    var current: [Int] { active.filter { participants[$0].epoch == delivery.head } }

    /// Where a participant stands in the latest epoch, whether it knows of it or not.
    func place(of index: Int) -> LeafIndex? {
        let credential = participants[index].member.credential
        return current.first.flatMap { participants[$0].member.state }?
            .members.first { $0.credential == credential }?.leafIndex
    }

    /// Clients that are in no group, and not about to enter one.
    var strangers: [Int] {
        participants.indices.filter {
            participants[$0].member.state == nil && participants[$0].invitation == nil && place(of: $0) == nil
        }
    }

    /// The extensions of the GroupContext.
    func extensions(data: [UInt8]) -> [Extension] {
        [
            .externalSenders([
                ExternalSender(signatureKey: outsider.signer.publicKey, credential: outsider.credential)
            ]), Extension(type: Self.known, data: data),
        ]
    }

    mutating func nextText(from index: Int) -> String {
        lastText += 1
        return "\(participants[index].name) says \(lastText)"
    }

    // MARK: What must hold

    /// Somebody has come to an epoch: it must be the one that the others have.
    mutating func enter(_ index: Int) throws {
        let group = try participants[index].member.group
        if group.isRemoved {
            participants[index].member.state = nil
            participants[index].staged = nil
            var removed = group
            let signer = participants[index].member.signer.privateKey
            let refusal = Result { try removed.proposeUpdate(framing: .publicMessage, signer: signer) }
            guard case .failure(let error as MLSError) = refusal, error == MLSError(.removed) else {
                throw HistoryFailure("\(participants[index].name) goes on after it was removed")
            }
            return
        }
        try participants[index].takeStock(of: group)
        guard let known = agreed[group.epoch] else {
            agreed[group.epoch] = (group.epochAuthenticator, group.context)
            return
        }
        guard known.authenticator == group.epochAuthenticator, known.context == group.context else {
            throw HistoryFailure("\(participants[index].name) has another epoch \(group.epoch) than the others")
        }
    }

    /// Everybody gets everything, and all can read each other.
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
        for sender in active {
            let text = nextText(from: sender)
            let message = try participants[sender].member.encrypt(text)
            for reader in active where try participants[reader].member.decrypt(message) != text {
                throw HistoryFailure("\(participants[reader].name) cannot read \(participants[sender].name)")
            }
        }
    }
}
