import MLS

/// Measures groups of one size.
///
/// *Cold* is a group whose members were all added in one commit: nobody above the leaves has a key. *Warm* is one in which
/// every member has committed since it was added.
struct GroupSizeBench {
    let size: Int
    let provider: any CipherSuiteProvider
    /// `.wall` where the provider uses several threads.
    let clock: Stopwatch.Clock
    private(set) var rows: [GroupReport.Row] = []

    private static let text = [UInt8](repeating: 0x61, count: 100)

    init(size: Int, provider: any CipherSuiteProvider, clock: Stopwatch.Clock) {
        self.size = size
        self.provider = provider
        self.clock = clock
    }

    /// Creating, joining, and the first commit.
    ///
    /// - Parameter repetitions: how often each is done; the median counts.
    mutating func measureCold(repetitions: Int, isWhole: Bool = true) throws {
        var others = try (1..<size).map { try BenchMember("member \($0)", provider: provider) }
        let packages = try others.map { try $0.keyPackage() }
        var times: [GroupReport.Kind: [Double]] = [:]
        for _ in 0..<repetitions {
            var creator = try BenchMember("creator", provider: provider)
            var added: StagedCommit?
            times[.create, default: []].append(
                try Stopwatch.once(clock) {
                    try creator.create()
                    added = try creator.commit(adding: packages.map(\.keyPackage))
                })
            guard let added else { throw BenchFault("nothing was added") }
            let last = others.count - 1
            times[.join, default: []].append(
                try Stopwatch.once(clock) { try others[last].join(added, with: packages[last]) })
            guard isWhole else { continue }
            var commit: StagedCommit?
            times[.commitCold, default: []].append(
                try Stopwatch.once(clock) { commit = try creator.commit(forcesPath: true) })
            guard let commit else { throw BenchFault("nothing was committed") }
            times[.processCold, default: []].append(
                try Stopwatch.once(clock) { try others[last].receive(commit.message) })
        }
        for kind in GroupReport.Kind.allCases {
            if let samples = times[kind] { add(kind, Stopwatch.median(samples)) }
        }
    }

    /// Commits and messages once everybody has committed.
    ///
    /// - Parameter progress: is told how many members there are already.
    mutating func measureWarm(repetitions: Int, progress: (Int) -> Void) throws {
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
        var (commits, processings): ([Double], [Double]) = ([], [])
        for _ in 0..<repetitions {
            var staged: StagedCommit?
            commits.append(try Stopwatch.once(clock) { staged = try committer.commit(forcesPath: true) })
            guard let staged else { throw BenchFault("nothing was committed") }
            processings.append(try Stopwatch.once(clock) { try receiver.receive(staged.message) })
        }
        add(.commitWarm, Stopwatch.median(commits))
        add(.processWarm, Stopwatch.median(processings))

        var (encryptions, decryptions): ([Double], [Double]) = ([], [])
        for _ in 0..<max(100, repetitions) {
            var message: MLSMessage?
            encryptions.append(try Stopwatch.once(clock) { message = try committer.encrypt(Self.text) })
            guard let message else { throw BenchFault("nothing was encrypted") }
            var read: [UInt8] = []
            decryptions.append(try Stopwatch.once(clock) { read = try receiver.decrypt(message) })
            guard read == Self.text else { throw BenchFault("another text came out") }
        }
        add(.encrypt, Stopwatch.median(encryptions))
        add(.decrypt, Stopwatch.median(decryptions))
    }

    private mutating func add(_ kind: GroupReport.Kind, _ seconds: Double) {
        rows.append(GroupReport.Row(members: size, kind: kind, seconds: seconds))
    }
}
