import CloudMLSAPI
import KeyStoreServer
import NIOHTTP1
import ServerKit
import Testing

@Suite struct ObjectTests {
    /// What is stored before the write: a name never used, an object at revision 2, or its tombstone at revision 3.
    enum Stored: CaseIterable {
        case nothing
        case object
        case tombstone

        var revision: UInt64 {
            switch self {
            case .nothing: 0
            case .object: 2
            case .tombstone: 3
            }
        }
    }

    private func make(_ stored: Stored, for user: SignedInUser) async throws -> [UInt8] {
        let name = SignedInUser.freshName()
        if stored != .nothing {
            #expect(try await user.put(name, [1], ifRevision: 0).status == 200)
            #expect(try await user.put(name, [2], ifRevision: 1).status == 200)
        }
        if stored == .tombstone { #expect(try await user.delete(name, ifRevision: 2).status == 200) }
        return name
    }

    @Test(arguments: Stored.allCases)
    func preconditions(stored: Stored) async throws {
        let server = try await RunningKeyStore.start()
        let alice = try await server.firstUser()
        for expected in UInt64(0)...4 {
            let name = try await make(stored, for: alice)
            let answer = try await alice.put(name, [9], ifRevision: expected)
            if expected == stored.revision {
                #expect(try answer.json() == WriteResult(revision: expected + 1))
                #expect(answer.etag == "\"\(expected + 1)\"")
                let read = try await alice.get(name)
                #expect(read.body == [9])
                #expect(read.etag == "\"\(expected + 1)\"")
            } else {
                expect(answer, .revisionConflict)
                #expect(answer.error?.currentRevision == stored.revision)
                #expect(answer.error?.operation == nil)
            }
        }
        await server.stop()
    }

    @Test func aTombstoneKeepsCounting() async throws {
        let server = try await RunningKeyStore.start()
        let alice = try await server.firstUser()
        let name = try await make(.tombstone, for: alice)
        let read = try await alice.get(name)
        expect(read, .notFound)
        #expect(read.etag == "\"3\"")
        expect(try await alice.delete(name, ifRevision: 3), .notFound)
        expect(try await alice.delete(name, ifRevision: 2), .revisionConflict)
        expect(try await alice.put(name, [1], ifRevision: 0), .revisionConflict)
        #expect(try await alice.put(name, [4], ifRevision: 3).json() == WriteResult(revision: 4))
        #expect(try await alice.get(name).body == [4])
        await server.stop()
    }

    @Test func aNameNeverUsedHasNoRevision() async throws {
        let server = try await RunningKeyStore.start()
        let alice = try await server.firstUser()
        let name = SignedInUser.freshName()
        let read = try await alice.get(name)
        expect(read, .notFound)
        #expect(read.etag == nil)
        expect(try await alice.delete(name, ifRevision: 1), .revisionConflict)
        await server.stop()
    }

    @Test(arguments: [
        ([:], ErrorCode.preconditionRequired),
        (["If-Match": "*"], .badRequest),
        (["If-Match": "1"], .badRequest),
        (["If-Match": "\"0\""], .badRequest),
        (["If-Match": "\"01\""], .badRequest),
        (["If-Match": "\"-1\""], .badRequest),
        (["If-Match": "W/\"1\""], .badRequest),
        (["If-Match": "\"1\", \"2\""], .badRequest),
        (["If-Match": "\"99999999999999999999\""], .badRequest),
        (["If-Match": "\"18446744073709551615\""], .revisionConflict),
        (["If-None-Match": "\"1\""], .badRequest),
        (["If-Match": "\"1\"", "If-None-Match": "*"], .badRequest),
    ])
    func preconditionsOfOtherForms(headers: [String: String], code: ErrorCode) async throws {
        let server = try await RunningKeyStore.start()
        let alice = try await server.firstUser()
        let path = SignedInUser.path(SignedInUser.freshName())
        expect(try await alice.http.send(.PUT, path, body: [1], headers: headers), code)
        expect(try await alice.http.send(.GET, path), .notFound)
        await server.stop()
    }

    @Test(arguments: [
        "x", "ab", String(repeating: "AB", count: 32), String(repeating: "ab", count: 33), "%00", "../server",
    ])
    func whatIsNoNameIsRefused(name: String) async throws {
        let server = try await RunningKeyStore.start()
        let alice = try await server.firstUser()
        let answer = try await alice.http.send(.PUT, "/v1/objects/\(name)", body: [1], headers: ["If-None-Match": "*"])
        #expect([400, 404].contains(answer.status))
        #expect(answer.error != nil)
        #expect(try await alice.changes().changes.isEmpty)
        await server.stop()
    }

    @Test func objectsOfAnySizeUpToTheLimit() async throws {
        let server = try await RunningKeyStore.start { $0.limits.objectSize = 100_000 }
        let alice = try await server.firstUser()
        for size in [0, 1, 99_999, 100_000] {
            let name = SignedInUser.freshName()
            let body = [UInt8](repeating: 7, count: size)
            #expect(try await alice.put(name, body, ifRevision: 0).status == 200)
            let read = try await alice.get(name)
            #expect(read.status == 200)
            #expect(read.body == body)
        }
        let name = SignedInUser.freshName()
        let tooLarge = [UInt8](repeating: 7, count: 100_001)
        expect(try await alice.put(name, tooLarge, ifRevision: 0), .tooLarge)
        expect(try await alice.get(name), .notFound)
        await server.stop()
    }

    @Test func aUserHasAQuota() async throws {
        let server = try await RunningKeyStore.start {
            $0.limits.userBytes = 1_000
            $0.limits.userObjects = 3
        }
        let alice = try await server.firstUser()
        let names = (0..<4).map { _ in SignedInUser.freshName() }
        #expect(try await alice.put(names[0], [UInt8](repeating: 1, count: 1_000), ifRevision: 0).status == 200)
        expect(try await alice.put(names[1], [1], ifRevision: 0), .quotaExceeded)
        #expect(try await alice.put(names[0], [1], ifRevision: 1).status == 200)
        #expect(try await alice.put(names[1], [UInt8](repeating: 1, count: 999), ifRevision: 0).status == 200)
        #expect(try await alice.delete(names[1], ifRevision: 1).status == 200)
        #expect(try await alice.put(names[2], [1], ifRevision: 0).status == 200)
        // The tombstone counts as an object.
        expect(try await alice.put(names[3], [1], ifRevision: 0), .quotaExceeded)
        // Another user's quota is another one.
        let bob = try await server.nextUser("bob")
        #expect(try await bob.put(names[3], [1], ifRevision: 0).status == 200)
        await server.stop()
    }

    @Test func usersDoNotSeeEachOthersObjects() async throws {
        let server = try await RunningKeyStore.start()
        let alice = try await server.firstUser("alice")
        let bob = try await server.nextUser("bob")
        let name = SignedInUser.freshName()
        #expect(try await alice.put(name, [1], ifRevision: 0).status == 200)
        let read = try await bob.get(name)
        expect(read, .notFound)
        #expect(read.etag == nil)
        expect(try await bob.delete(name, ifRevision: 1), .revisionConflict)
        #expect(try await bob.changes().changes.isEmpty)
        #expect(try await bob.put(name, [2], ifRevision: 0).status == 200)
        #expect(try await alice.get(name).body == [1])
        #expect(try await bob.get(name).body == [2])
        await server.stop()
    }

    @Test func ofManyWritersOfOneRevisionOneWins() async throws {
        let server = try await RunningKeyStore.start()
        let alice = try await server.firstUser()
        let name = SignedInUser.freshName()
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for index in 0..<16 {
                group.addTask { try await alice.put(name, [UInt8(index)], ifRevision: 0).status }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.count(where: { $0 == 200 }) == 1)
        #expect(statuses.count(where: { $0 == 412 }) == 15)
        await server.stop()
    }
}
