package import MLS
import MLSCodec

/// Measures groups of one size.
///
/// *Cold* is a group whose members were all added in one commit: nobody above the leaves has a key. *Warm* is one in which
/// every member has committed since it was added.
package struct GroupSizeBench {
    package let size: Int
    private let provider: any CipherSuiteProvider
    private let meter: PrimitiveMeter
    private var samples: [GroupReport.Kind: [Sample]] = [:]
    private var lengths: [GroupReport.Kind: UnavoidableWork.Lengths] = [:]

    /// Of the warm group.
    package private(set) var sizes: GroupReport.Sizes?
    /// The stored form of a member of the warm group.
    package private(set) var warmState: [UInt8]?

    private struct Sample {
        var seconds: Double
        var primitives: Primitives
    }

    /// In seconds: about what a sample of the primitives takes.
    private static let short = 0.005
    private static let text = [UInt8](repeating: 0x61, count: 100)

    package init(size: Int, provider: any CipherSuiteProvider, meter: PrimitiveMeter) {
        self.size = size
        self.provider = provider
        self.meter = meter
    }

    /// The medians, with those of the primitives that were measured in between.
    package var rows: [GroupReport.Row] {
        GroupReport.Kind.allCases.compactMap { kind in
            guard let samples = samples[kind] else { return nil }
            return GroupReport.Row(
                kind, seconds: Stopwatch.median(samples.map(\.seconds)),
                lengths[kind] ?? UnavoidableWork.Lengths(members: size),
                primitives: .median(of: samples.map(\.primitives)))
        }
    }

    /// Creating, joining, and the first commit.
    ///
    /// - Parameter repetitions: how often each is done.
    package mutating func measureCold(repetitions: Int) throws {
        var others = try (1..<size).map { try BenchMember("member \($0)", provider: provider) }
        let packages = try others.map { try $0.keyPackage() }
        let last = others.count - 1
        for _ in 0..<repetitions {
            var creator = try BenchMember("creator", provider: provider)
            let added = try measure(.create, by: &creator) { creator in
                try creator.create()
                return try creator.commit(adding: packages.map(\.keyPackage))
            }
            try measure(.join, by: &others[last]) { try $0.join(added, with: packages[last]) }
            let commit = try measure(.commitCold, by: &creator) { try $0.commit(forcesPath: true) }
            try measure(.processCold, by: &others[last]) { try $0.receive(commit.message) }
            note(added, for: .create, .join)
            note(commit, for: .commitCold, .processCold)
        }
    }

    /// Commits and messages once everybody has committed.
    ///
    /// - Parameter progress: is told how many members there are already.
    package mutating func measureWarm(repetitions: Int, progress: (Int) -> Void) throws {
        var (receiver, committer) = try warmMembers(progress)
        var (afterCommit, afterMessage) = (0, 0)
        for _ in 0..<repetitions {
            let before = (committer.group, receiver.group)
            let staged = try measure(.commitWarm, by: &committer) { try $0.commit(forcesPath: true) }
            try measure(.processWarm, by: &receiver) { try $0.receive(staged.message) }
            note(staged, for: .commitWarm, .processWarm)
            afterCommit = try max(
                afterCommit, Self.saved(committer.group, since: before.0), Self.saved(receiver.group, since: before.1))
        }
        // A hundred at a time, one after the other: a ratchet that was followed already does not go back.
        for _ in 0..<repetitions {
            let before = (committer.group, receiver.group)
            let messages = try measure(.encrypt, by: &committer, count: 100) { committer in
                try (0..<100).map { _ in try committer.encrypt(Self.text) }
            }
            let read = try measure(.decrypt, by: &receiver, count: 100) { receiver in
                try messages.map { try receiver.decrypt($0) }
            }
            guard read.allSatisfy({ $0 == Self.text }) else { throw BenchFault("another text came out") }
            afterMessage = try max(
                afterMessage, Self.saved(committer.group, since: before.0), Self.saved(receiver.group, since: before.1))
        }
        guard let group = receiver.group else { throw BenchFault("the receiver is in no group") }
        sizes = GroupReport.Sizes(
            members: size, epochRecord: group.epochRecord.encoded.count,
            wholeGroup: try Self.saved(group, since: nil), afterCommit: afterCommit,
            // The generation, which the caller counts: a uint32.
            afterMessage: afterMessage + 4, memory: nil)
        warmState = group.encodedState
    }

    /// Bytes that are written where `previous` is stored already.
    private static func saved(_ group: Group?, since previous: Group?) throws -> Int {
        guard let group else { throw BenchFault("a member without a group") }
        let head = group.pagedHead
        return (head == previous?.pagedHead ? 0 : head.count)
            + group.pageChanges(since: previous).added.reduce(0) { $0 + $1.name.count + $1.bytes.count }
    }

    /// The first and the last member of a warm group.
    private func warmMembers(_ progress: (Int) -> Void) throws -> (first: BenchMember, last: BenchMember) {
        var receiver = try BenchMember("creator", provider: provider)
        try receiver.create()
        var committer = receiver
        for index in 1..<size {
            var next = try BenchMember("member \(index)", provider: provider)
            let own = try next.keyPackage()
            let staged = try committer.commit(adding: [own.keyPackage], forcesPath: true)
            // In the first round the creator is the committer.
            if index == 1 { receiver = committer } else { try receiver.receive(staged.message) }
            try next.join(staged, with: own)
            committer = next
            progress(index + 1)
        }
        // The last one has joined, and not committed.
        let staged = try committer.commit(forcesPath: true)
        try receiver.receive(staged.message)
        return (receiver, committer)
    }

    /// Measures what a member does. What is short is done again and again from the same state, as each primitive is: the
    /// processor has it at hand then.
    ///
    /// - Parameter count: how many there are of what is measured. Several are not done again.
    @discardableResult
    private mutating func measure<Result>(
        _ kind: GroupReport.Kind, by member: inout BenchMember, count: Int = 1,
        _ body: (inout BenchMember) throws -> Result
    ) throws -> Result {
        let primitives = try meter.sample()
        var done: (member: BenchMember, result: Result)?
        func run() throws {
            var copy = member
            let result = try body(&copy)
            done = (copy, result)
        }
        var seconds = try Stopwatch.once(.processor, run)
        if count == 1, seconds < Self.short {
            let runs = Int(Self.short / seconds) + 1
            seconds = try Stopwatch.once { for _ in 0..<runs { try run() } } / Double(runs)
        }
        samples[kind, default: []].append(Sample(seconds: seconds / Double(count), primitives: primitives))
        guard let done else { throw BenchFault("nothing was measured") }
        member = done.member
        return done.result
    }

    private mutating func note(_ staged: StagedCommit, for kinds: GroupReport.Kind...) {
        var length = UnavoidableWork.Lengths(members: size, commit: staged.message.encoded.count)
        if case .welcome(let welcome) = staged.welcome { length.groupInfo = welcome.encryptedGroupInfo.count }
        for kind in kinds { lengths[kind] = length }
    }
}
