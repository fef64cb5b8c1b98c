import CloudMLSAPI
import TestSupport
import Testing

/// A member that commits and proposes all the time, in a race with the others, and knows what must be in the log.
struct Committer: Sendable {
    var member: TestMember
    let group: TestGroup
    /// The hashes of the messages that were accepted, by their numbers in the log.
    var accepted: [UInt64: [UInt8]] = [:]
    /// The message whose answer did not come.
    private var inDoubt: Message?
    /// Why it stopped, where the server did not die.
    private(set) var refusal: Refusal?

    private enum Message {
        case commit(CommitPost)
        case proposal(ProposalPost)

        var bytes: [UInt8] {
            switch self {
            case .commit(let post): post.commit.array
            case .proposal(let post): post.proposal.array
            }
        }
    }

    init(member: TestMember, group: TestGroup) {
        self.member = member
        self.group = group
    }

    /// Posts until the server is gone, or refuses for another reason than that somebody else was faster.
    func afterPosting(to server: Executable, _ load: LoadedServer) async -> Committer {
        var committer = self
        committer.refusal = nil
        do {
            var epoch = try await member.info(group).epoch
            while !Task.isCancelled {
                let message =
                    Int.random(in: 0..<4) == 0
                    ? Message.proposal(member.proposal(group, epoch: epoch))
                    : .commit(member.commit(group, epoch: epoch))
                committer.inDoubt = message
                load.begin()
                let result = await committer.outcome(of: message)
                let kills = load.end(isAnswered: (try? result.get()) != nil)
                switch result {
                case .success(let posted):
                    try committer.note(posted, message)
                    epoch = posted.epoch
                case .failure(let refusal as Refusal) where refusal.code == .epochConflict:
                    committer.inDoubt = nil
                    epoch = try await member.info(group).epoch
                case .failure(let error):
                    throw error
                }
                if kills {
                    await server.kill()
                    return committer
                }
            }
        } catch {
            committer.refusal = error as? Refusal
        }
        return committer
    }

    private func outcome(of message: Message) async -> Result<PostResult, any Error> {
        do { return .success(try await post(message)) } catch { return .failure(error) }
    }

    private func post(_ message: Message) async throws -> PostResult {
        switch message {
        case .commit(let post): try await member.post(post, to: group)
        case .proposal(let post): try await member.post(post, to: group)
        }
    }

    private mutating func note(_ result: PostResult, _ message: Message) throws {
        accepted[result.sequence] = try hash(message.bytes)
        inDoubt = nil
    }

    /// Posts once more what was not answered, as a client does: it is in the log once, or another commit has won.
    mutating func postAgain(at origin: String) async throws {
        member.user = member.user.at(origin)
        guard let message = inDoubt else { return }
        switch await outcome(of: message) {
        case .success(let posted): try note(posted, message)
        case .failure(let refusal as Refusal): #expect(refusal.code == .epochConflict)
        case .failure(let error): throw error
        }
        inDoubt = nil
    }
}

/// A group's log as it was found so far, and what each member's inbox had of it.
struct DeliveredLog: Sendable {
    let group: TestGroup
    private var entries: [LogEntry] = []
    /// The newest number that each account saw in its inbox.
    private var newest: [AccountAddress: UInt64] = [:]

    init(group: TestGroup) { self.group = group }

    /// Reads what came since the last time; expects one winner an epoch, no gap, and every accepted message in its place
    /// and in everybody's inbox.
    mutating func check(_ committers: [Committer]) async throws {
        let before = UInt64(entries.count)
        let reader = try #require(committers.first { $0.member.address.description == "folder:user0" }).member
        while true {
            let page = try await reader.log(group, after: UInt64(entries.count))
            entries += page.entries
            if !page.more { break }
        }
        #expect(entries.map(\.sequence) == Array(1...UInt64(entries.count)))
        let commits = entries.filter { $0.kind == .commit }
        #expect(commits.map(\.epoch) == Array(0..<UInt64(commits.count)), "an epoch has two winners, or none")
        for committer in committers {
            for (sequence, hash) in committer.accepted {
                #expect(entries.count >= sequence && entries[Int(sequence) - 1].hash.array == hash)
            }
            try await checkInbox(of: committer.member, after: before)
        }
    }

    private mutating func checkInbox(of member: TestMember, after sequence: UInt64) async throws {
        var number = newest[member.address] ?? 0
        var sequences: [UInt64] = []
        while true {
            let page = try await member.inbox(after: number)
            for entry in page.entries {
                #expect(entry.number > number, "a number of the inbox goes back")
                number = entry.number
                if let log = entry.log { sequences.append(log.sequence) }
            }
            if !page.more { break }
        }
        // The first entry brought them in; those who were added have a Welcome in its place.
        #expect(sequences.filter { $0 > 1 } == entries.map(\.sequence).filter { $0 > max(1, sequence) })
        try await member.acknowledge(number)
        newest[member.address] = number
    }
}
