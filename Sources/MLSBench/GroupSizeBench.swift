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
            let added = try measure(.create) {
                try creator.create()
                return try creator.commit(adding: packages.map(\.keyPackage))
            }
            try measure(.join) { try others[last].join(added, with: packages[last]) }
            let commit = try measure(.commitCold) { try creator.commit(forcesPath: true) }
            try measure(.processCold) { try others[last].receive(commit.message) }
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
            let staged = try measure(.commitWarm) { try committer.commit(forcesPath: true) }
            try measure(.processWarm) { try receiver.receive(staged.message) }
            note(staged, for: .commitWarm, .processWarm)
            afterCommit = max(
                afterCommit, Self.saved(committer.group, since: before.0), Self.saved(receiver.group, since: before.1))
        }
        // Ten at a time: one is too short for the clock.
        for _ in 0..<repetitions {
            let before = (committer.group, receiver.group)
            let messages = try measure(.encrypt, count: 10) {
                try (0..<10).map { _ in try committer.encrypt(Self.text) }
            }
            let read = try measure(.decrypt, count: 10) { try messages.map { try receiver.decrypt($0) } }
            guard read.allSatisfy({ $0 == Self.text }) else { throw BenchFault("another text came out") }
            afterMessage = max(
                afterMessage, Self.saved(committer.group, since: before.0), Self.saved(receiver.group, since: before.1))
        }
        sizes = GroupReport.Sizes(
            members: size, epochRecord: receiver.group?.epochRecord.encoded.count ?? 0,
            wholeGroup: Self.saved(receiver.group, since: nil), afterCommit: afterCommit,
            // The generation, which the caller counts: a uint32.
            afterMessage: afterMessage + 4, memory: nil)
        warmState = receiver.group?.encodedState
    }

    /// Bytes that are written where `previous` is stored already.
    private static func saved(_ group: Group?, since previous: Group?) -> Int {
        guard let group else { return 0 }
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

    /// - Parameter count: how many there are of what is measured.
    private mutating func measure<Result>(
        _ kind: GroupReport.Kind, count: Int = 1, _ body: () throws -> Result
    ) throws -> Result {
        let primitives = try meter.sample()
        var result: Result?
        let seconds = try Stopwatch.once { result = try body() }
        samples[kind, default: []].append(Sample(seconds: seconds / Double(count), primitives: primitives))
        guard let result else { throw BenchFault("nothing was measured") }
        return result
    }

    private mutating func note(_ staged: StagedCommit, for kinds: GroupReport.Kind...) {
        var length = UnavoidableWork.Lengths(members: size, commit: staged.message.encoded.count)
        if case .welcome(let welcome) = staged.welcome { length.groupInfo = welcome.encryptedGroupInfo.count }
        for kind in kinds { lengths[kind] = length }
    }
}
