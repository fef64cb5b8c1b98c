import CloudMLSAPI
import KeyStoreServer
import NIOHTTP1
import ServerKit
import Testing

@Suite struct BatchTests {
    private func write(_ name: [UInt8], _ revision: UInt64, _ body: [UInt8]? = [1]) -> BatchOperation {
        BatchOperation(name: Bytes(name), ifRevision: revision, body: body.map { Bytes($0) })
    }

    @Test func aBatchWritesAndDeletes() async throws {
        let server = try await RunningKeyStore.start()
        let alice = try await server.firstUser()
        let names = (0..<3).map { _ in SignedInUser.freshName() }
        #expect(try await alice.put(names[0], [0], ifRevision: 0).status == 200)
        #expect(try await alice.put(names[1], [0], ifRevision: 0).status == 200)
        let answer = try await alice.batch([write(names[0], 1, [5]), write(names[1], 1, nil), write(names[2], 0, [6])])
        #expect(try answer.json(BatchResponse.self).revisions == [2, 2, 1])
        #expect(try await alice.get(names[0]).body == [5])
        expect(try await alice.get(names[1]), .notFound)
        #expect(try await alice.get(names[2]).body == [6])
        await server.stop()
    }

    @Test(arguments: 0..<3)
    func aBatchIsAllOrNothing(failing: Int) async throws {
        let server = try await RunningKeyStore.start()
        let alice = try await server.firstUser()
        let names = (0..<3).map { _ in SignedInUser.freshName() }
        let before = try await alice.changes().cursor
        let operations = names.enumerated().map { write($1, $0 == failing ? 5 : 0) }
        let answer = try await alice.batch(operations)
        expect(answer, .revisionConflict)
        #expect(answer.error?.operation == failing)
        #expect(answer.error?.currentRevision == 0)
        for name in names { expect(try await alice.get(name), .notFound) }
        #expect(try await alice.changes().cursor == before)
        await server.stop()
    }

    @Test func aBatchHasLimits() async throws {
        let server = try await RunningKeyStore.start {
            $0.limits.objectSize = 5_000
            $0.limits.batchSize = 8_000
            $0.limits.batchCount = 4
        }
        let alice = try await server.firstUser()
        let names = (0..<5).map { _ in SignedInUser.freshName() }
        expect(try await alice.batch([]), .badRequest)
        expect(try await alice.batch(names.map { write($0, 0) }), .tooLarge)
        expect(try await alice.batch([write(names[0], 0), write(names[0], 1)]), .badRequest)
        expect(try await alice.batch([write([1, 2], 0)]), .badRequest)
        let half = [UInt8](repeating: 1, count: 4_001)
        expect(try await alice.batch([write(names[0], 0, half), write(names[1], 0, half)]), .tooLarge)
        let tooLarge = try await alice.batch([write(names[0], 0), write(names[1], 0, half + half.prefix(1_000))])
        expect(tooLarge, .tooLarge)
        #expect(tooLarge.error?.operation == 1)
        let fits = [UInt8](repeating: 1, count: 4_000)
        #expect(try await alice.batch([write(names[0], 0, fits), write(names[1], 0, fits)]).status == 200)
        await server.stop()
    }

    @Test func manyAreReadAtOnce() async throws {
        let server = try await RunningKeyStore.start()
        let alice = try await server.firstUser()
        let names = (0..<3).map { _ in SignedInUser.freshName() }
        #expect(try await alice.put(names[0], [7], ifRevision: 0).status == 200)
        #expect(try await alice.put(names[1], [8], ifRevision: 0).status == 200)
        #expect(try await alice.delete(names[1], ifRevision: 1).status == 200)
        let answer = try await alice.http.send(
            .POST, "/v1/objects/read", json: ObjectsReadRequest(names: names.map { Bytes($0) }))
        #expect(
            try answer.json(ObjectsReadResponse.self).objects == [
                StoredObject(name: Bytes(names[0]), revision: 1, body: [7]),
                StoredObject(name: Bytes(names[1]), revision: 2, body: nil),
                StoredObject(name: Bytes(names[2]), revision: 0, body: nil),
            ])
        await server.stop()
    }

    @Test func aReadStopsBeforeItGrowsTooLarge() async throws {
        let server = try await RunningKeyStore.start {
            $0.limits.batchSize = 8_000
            $0.limits.batchCount = 3
        }
        let alice = try await server.firstUser()
        let names = (0..<3).map { _ in SignedInUser.freshName() }
        for name in names {
            #expect(try await alice.put(name, [UInt8](repeating: 1, count: 4_000), ifRevision: 0).status == 200)
        }
        let request = ObjectsReadRequest(names: names.map { Bytes($0) })
        let answer = try await alice.http.send(.POST, "/v1/objects/read", json: request)
        #expect(try answer.json(ObjectsReadResponse.self).objects.map(\.name) == names.prefix(2).map { Bytes($0) })
        let tooMany = ObjectsReadRequest(names: [Bytes](repeating: Bytes(names[0]), count: 4))
        expect(try await alice.http.send(.POST, "/v1/objects/read", json: tooMany), .tooLarge)
        await server.stop()
    }

    @Test func theFeedGivesEachObjectsNewestState() async throws {
        let server = try await RunningKeyStore.start()
        let alice = try await server.firstUser()
        #expect(try await alice.changes().cursor == 0)
        let names = (0..<3).map { _ in SignedInUser.freshName() }
        for name in names { #expect(try await alice.put(name, [1], ifRevision: 0).status == 200) }
        #expect(try await alice.put(names[0], [2], ifRevision: 1).status == 200)
        #expect(try await alice.delete(names[1], ifRevision: 1).status == 200)
        let all = try await alice.changes()
        #expect(all.changes.map(\.name) == [names[2], names[0], names[1]].map { Bytes($0) })
        #expect(all.changes.map(\.revision) == [1, 2, 2])
        #expect(all.changes.map(\.deleted) == [false, false, true])
        #expect(!all.more)
        #expect(try await alice.changes(after: all.cursor).changes.isEmpty)
        #expect(try await alice.changes(after: all.cursor).cursor == all.cursor)
        let page = try await alice.changes(limit: 2)
        #expect(page.more)
        #expect(page.changes + (try await alice.changes(after: page.cursor)).changes == all.changes)
        await server.stop()
    }

    @Test(arguments: ["after=x", "after=-1", "limit=many"])
    func theFeedTakesNumbers(query: String) async throws {
        let server = try await RunningKeyStore.start()
        let alice = try await server.firstUser()
        expect(try await alice.http.send(.GET, "/v1/changes?\(query)"), .badRequest)
        await server.stop()
    }
}
