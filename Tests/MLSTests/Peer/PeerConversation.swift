import Testing

/// A group of some sessions' members, each named `g` in its session: what a driver does again and again.
struct PeerConversation {
    var driver: PeerDriver
    /// `public` or `private`.
    let framing: String
    /// The sessions that have a member.
    var members: [Int] = []

    /// Each session has a client `me`; the first creates the group and adds the next two.
    init(
        _ suite: UInt16, _ framing: String, sessions: Int = 3
    ) throws {
        let joining = [1, 2]
        driver = PeerDriver(sessions, allowsExperiments: suite >= 0xf000)
        self.framing = framing
        for session in 0..<sessions {
            try driver.ok(
                session,
                "client as=me suite=\(suite) identity=0\(session) proposals=10 "
                    + "custom-proposals=61441:path,61442:external")
        }
        try driver.ok(0, "create client=me as=g")
        members = [0]
        let keyPackages = try joining.map { try driver.ok($0, "key-package client=me as=k", "key-package") }
        let made = try commit(0, "add=\(keyPackages.joined(separator: ","))")
        for session in joining {
            try driver.ok(session, "join key-package=k as=g welcome=\(try #require(made["welcome"]))")
        }
        members += joining
    }

    /// A commit that all others process, and that everybody merges, with the same outcome.
    @discardableResult
    mutating func commit(
        _ session: Int, _ arguments: String = "", sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> [String: String] {
        let made = try driver.ok(
            session, "commit group=g framing=\(framing) \(arguments)", sourceLocation: sourceLocation)
        try deliver(try #require(made["commit"]), from: session, made, sourceLocation: sourceLocation)
        try driver.ok(session, "merge group=g", sourceLocation: sourceLocation)
        return made
    }

    /// Everybody but the sender processes and merges a commit; those whom it removes are members no longer.
    mutating func deliver(
        _ commit: String, from sender: Int, _ made: [String: String],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        for session in members where session != sender {
            let seen = try driver.ok(session, "process group=g message=\(commit)", sourceLocation: sourceLocation)
            for field in ["proposals", "added", "removed", "aad"] where made["external"] != nil {
                #expect(seen[field] == made[field], "\(field)", sourceLocation: sourceLocation)
            }
            if seen["removes-self"] == "yes" { members.removeAll { $0 == session } }
            try driver.ok(session, "merge group=g", sourceLocation: sourceLocation)
        }
    }

    /// A proposal that all others have pending, too.
    mutating func propose(
        _ session: Int, _ arguments: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let made = try driver.ok(
            session, "propose group=g framing=\(framing) \(arguments)", sourceLocation: sourceLocation)
        for other in members where other != session {
            let seen = try driver.ok(
                other, "process group=g message=\(try #require(made["message"]))", sourceLocation: sourceLocation)
            #expect(seen["type"] == "proposal", sourceLocation: sourceLocation)
            #expect(seen["reference"] == made["reference"], sourceLocation: sourceLocation)
        }
    }

    /// All members are in one state, export one secret, and read each other.
    mutating func expectAgreement(sourceLocation: SourceLocation = #_sourceLocation) throws {
        var states: Set<[String]> = []
        for session in members {
            let state = try driver.ok(session, "state group=g", sourceLocation: sourceLocation)
            let secret = try driver.ok(
                session, "export group=g label=74657374 context=0102 length=48", "secret",
                sourceLocation: sourceLocation)
            #expect(secret.count == 96, sourceLocation: sourceLocation)
            let same = ["group-id", "epoch", "suite", "members", "epoch-authenticator", "tree-hash"]
            states.insert(try same.map { try #require(state[$0]) } + [secret])
        }
        #expect(states.count == 1, sourceLocation: sourceLocation)
        for session in members {
            let message = try driver.ok(
                session, "protect group=g plaintext=0\(session) aad=ff", "message", sourceLocation: sourceLocation)
            for other in members where other != session {
                let read = try driver.ok(
                    other, "unprotect group=g message=\(message)", sourceLocation: sourceLocation)
                #expect(read["plaintext"] == "0\(session)", sourceLocation: sourceLocation)
                #expect(read["aad"] == "ff", sourceLocation: sourceLocation)
            }
        }
    }
}
