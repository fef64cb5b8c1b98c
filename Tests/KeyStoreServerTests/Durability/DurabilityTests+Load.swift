import CloudMLSAPI
import Foundation
import TestSupport
import Testing

extension DurabilityTests {
    @Test(.timeLimit(.minutes(20)))
    func nothingAnsweredIsLostInManyKillsUnderLoad() async throws {
        let folder = try TemporaryFolder()
        let options = ["--registration", "open"]
        var server = try await ServerBinary(folder, options: options)
        var writers: [Writer] = []
        // As many as the client has connections to one server.
        for number in 0..<8 {
            let user = try TestUser("writer\(number)")
            try await user.register(at: server.http, token: nil)
            writers.append(Writer(user: user, tokens: try await user.signIn(at: server.http).tokens))
        }
        var (answered, underWay, unansweredButKept) = (0, 0, 0)
        for kill in 0..<Points.kills {
            let load = LoadedServer(answersBeforeKill: .random(in: 100...400))
            writers = await LoadedServer.untilItIsGone(writers) { [server] in
                await $0.afterWriting(to: server, load)
            }
            underWay += try #require(load.underWayAtKill, "kill \(kill): the server ended by itself")
            answered += load.answered
            server = try await ServerBinary(folder, options: options)
            for index in writers.indices {
                unansweredButKept += try await writers[index].check(at: server.http) ? 1 : 0
            }
        }
        tell(
            """
            key-store-server: \(Points.kills) kills, \(answered) answered writes are there, \(underWay) were under way \
            at kills, \(unansweredButKept) were kept without an answer
            """)
        #expect(server.stop() == 0)
        #expect(try await ServerBinary.run(["doctor", "--data", folder.dataFolder]).status == 0)
    }
}

/// A client that writes the same objects again and again, and knows what must be stored.
private struct Writer: Sendable {
    let user: TestUser
    let tokens: SessionTokens
    let names = (0..<8).map { _ in SignedInUser.freshName() }
    /// What the server answered for.
    var stored: [[UInt8]: (revision: UInt64, body: [UInt8])] = [:]
    /// The write that was not answered.
    var inDoubt: (name: [UInt8], body: [UInt8])?

    init(user: TestUser, tokens: SessionTokens) {
        self.user = user
        self.tokens = tokens
    }

    /// Writes until the server is gone.
    func afterWriting(to server: ServerBinary, _ load: LoadedServer) async -> Writer {
        var writer = self
        let session = SignedInUser(user: user, at: server.http, tokens: tokens)
        var next = 0
        while !Task.isCancelled {
            let name = names[next % names.count]
            next += 1
            let body = SignedInUser.freshName()
            let revision = writer.stored[name]?.revision ?? 0
            writer.inDoubt = (name, body)
            load.begin()
            let answer = try? await session.put(name, body, ifRevision: revision)
            let kills = load.end(isAnswered: answer?.status == 200)
            if let answer {
                #expect(answer.status == 200)
                writer.stored[name] = (revision + 1, body)
                writer.inDoubt = nil
            }
            if kills { server.kill() }
            if kills || answer?.status != 200 { return writer }
        }
        return writer
    }

    /// Expects what was answered, no revision that goes back, and what was not answered as a whole or not at all.
    ///
    /// - Returns: whether a write that was not answered is stored.
    mutating func check(at http: TestHTTP) async throws -> Bool {
        let session = SignedInUser(user: user, at: http, tokens: tokens)
        var isKept = false
        for name in names {
            let answer = try await session.get(name)
            let (revision, body) = stored[name] ?? (0, [])
            if let inDoubt, inDoubt.name == name, answer.etag == "\"\(revision + 1)\"" {
                #expect(answer.body == inDoubt.body)
                stored[name] = (revision + 1, inDoubt.body)
                isKept = true
            } else if revision == 0 {
                #expect(answer.status == 404)
            } else {
                #expect(answer.etag == "\"\(revision)\"")
                #expect(answer.body == body)
            }
        }
        inDoubt = nil
        return isKept
    }
}
