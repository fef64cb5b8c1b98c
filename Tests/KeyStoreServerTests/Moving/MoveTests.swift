import CloudMLSAPI
import GRDB
import KeyHierarchy
import KeyStoreServer
import MLSCodec
import NIOHTTP1
import ServerKit
import Testing

/// A store leaves one real server and arrives at another, request by request.
@Suite struct MoveTests {
    @Test func aStoreLeavesAndArrives() async throws {
        let mover = try await Mover.make()
        let alice = mover.alice
        let names = try await Mover.write(3, alice)
        #expect(try await alice.put(names[0], [9, 9], ifRevision: 1).status == 200)
        #expect(try await alice.delete(names[1], ifRevision: 1).status == 200)

        #expect(try await mover.begin().json(MoveStatus.self).state == .moving)
        #expect(try await mover.register(mover.contents()).status == 201)
        let there = try await mover.there()
        try await mover.copy(there)
        let digest = try await mover.digest(alice, "/v1/move/digest")
        #expect(digest.objects == 3)
        #expect(try await mover.digest(there, "/v1/import/digest") == digest)
        let moved = try await mover.commit(digest.digest).json(MoveStatus.self)
        #expect(moved.state == .moved)
        #expect(try await mover.open(there, statement: moved.statement).json(ImportStatus.self).state == .active)

        // At the new place everything is as it was, and the same password leads in.
        let user = try await alice.user.signIn(at: mover.target.http)
        let read = try await user.get(names[0])
        #expect(read.body == [9, 9])
        #expect(read.etag == "\"2\"")
        #expect(try await user.get(names[1]).status == 404)
        #expect(try await user.put(names[1], [1], ifRevision: 2).status == 200)
        #expect(try await user.put(names[2], [1], ifRevision: 1).status == 200)
        #expect(try await user.slots().map(\.id.array) == [alice.user.slotID.bytes])
        #expect(try await user.changes().changes.count == 3)
        await mover.stop()
    }

    @Test func nothingIsWrittenWhileItMoves() async throws {
        let mover = try await Mover.make()
        let alice = mover.alice
        let names = try await Mover.write(1, alice)
        #expect(try await mover.begin().status == 200)
        #expect(try await mover.begin().status == 200)
        expect(try await mover.begin(.random()), .moveConflict)
        expect(try await alice.put(names[0], [2], ifRevision: 1), .storeMoving)
        expect(try await alice.delete(names[0], ifRevision: 1), .storeMoving)
        expect(
            try await alice.batch([BatchOperation(name: Bytes(SignedInUser.freshName()), ifRevision: 0, body: [1])]),
            .storeMoving)
        expect(
            try await alice.http.send(
                .PUT, "/v1/keyring", json: KeyringWrite(body: [1]), headers: SignedInUser.headers(ifRevision: 1)),
            .storeMoving)
        expect(
            try await alice.putSlot(alice.user.deviceSlot(), kind: .device, login: nil, ifRevision: 0), .storeMoving)
        expect(try await alice.deleteSlot(alice.user.slotID, ifRevision: 1), .storeMoving)
        #expect(try await alice.get(names[0]).body == [0])
        #expect(try await alice.http.send(.DELETE, "/v1/move").json(MoveStatus.self).state == .active)
        #expect(try await alice.put(names[0], [2], ifRevision: 1).status == 200)
        // What was cancelled does not come back; a new move can begin.
        expect(try await mover.begin(), .moveConflict)
        #expect(try await mover.begin(.random()).status == 200)
        await mover.stop()
    }

    /// A commit looks through the store before its transaction: what happened in between must not be lost with it.
    @Test func aCommitDoesNotOutliveACancel() async throws {
        let mover = try await Mover.make()
        let names = try await Mover.write(1, mover.alice)
        let database = mover.source.application.core.database
        let storage = SQLiteKeyStoreStorage(database)
        let identity = mover.source.application.core.identity
        let moves = MoveService(storage: storage, identity: identity, limits: KeyStoreLimits())
        let user = UserID(
            rawValue: try await database.read { try Int64.fetchOne($0, sql: "SELECT user_id FROM stores") } ?? 0)
        #expect(try await mover.begin().status == 200)
        let mark = try await storage.read { try $0.store(of: user).mark }
        let digest = try await moves.digest(of: user).digest.array
        let statement = try SignedMovedStatement(
            MovedStatement(
                storeID: mover.alice.user.storeID, moveID: mover.moveID,
                source: identity.serverID, destination: mover.targetID,
                digest: try #require(StoreDigest(bytes: digest))),
            signedBy: identity.signingKey)
        // Taken back, written to, begun twice anew, the last time under the first one's id.
        #expect(try await mover.http.send(.DELETE, "/v1/move").status == 200)
        #expect(try await mover.alice.put(names[0], [2], ifRevision: 1).status == 200)
        #expect(try await mover.begin(.random()).status == 200)
        #expect(try await mover.http.send(.DELETE, "/v1/move").status == 200)
        #expect(try await mover.begin().status == 200)
        await #expect(throws: APIError(.moveConflict, "")) {
            try await moves.commit(statement, of: mover.moveID, forward: [], since: mark, for: user)
        }
        #expect(try await mover.status().state == .moving)
        await mover.stop()
    }

    @Test func onceMovedOnlyTheWayThereIsLeft() async throws {
        let mover = try await Mover.make()
        let alice = mover.alice
        let names = try await Mover.write(2, alice)
        let digest = try await mover.digest(alice, "/v1/move/digest").digest
        expect(try await mover.commit(digest), .moveConflict)
        expect(try await alice.http.send(.DELETE, "/v1/move/content"), .moveConflict)
        _ = try await mover.begin()
        expect(try await mover.commit(Bytes([UInt8](repeating: 0, count: 32))), .moveConflict)
        let moved = try await mover.commit(digest).json(MoveStatus.self)
        #expect(try await mover.commit(digest).json(MoveStatus.self) == moved)
        let statement = try SignedMovedStatement(decoding: moved.statement?.array ?? [])
            .verified(by: mover.source.application.core.identity.publicKey)
        #expect(statement.digest.bytes == digest.array)
        #expect(statement.destination == mover.targetID)

        expect(try await alice.http.send(.DELETE, "/v1/move"), .storeMoved)
        expect(try await mover.begin(.random()), .storeMoved)
        expect(try await alice.get(names[0]), .storeMoved)
        expect(try await alice.put(names[0], [2], ifRevision: 1), .storeMoved)
        expect(try await alice.http.send(.GET, "/v1/keyring"), .storeMoved)
        expect(try await alice.http.send(.GET, "/v1/slots"), .storeMoved)
        expect(try await alice.http.send(.GET, "/v1/changes"), .storeMoved)
        expect(try await alice.http.send(.GET, "/v1/move/objects"), .storeMoved)

        let emptied = try await alice.http.send(.DELETE, "/v1/move/content").json(MoveStatus.self)
        #expect(emptied.objects == 0)
        #expect(emptied.bytes == 0)
        // Whoever comes later still logs in here and is led on.
        let late = try await alice.user.signIn(at: mover.source.http)
        let status = try await late.http.send(.GET, "/v1/move").json(MoveStatus.self)
        #expect(status.state == .moved)
        #expect(status.forward == moved.forward)
        #expect(status.statement == moved.statement)
        await mover.stop()
    }

    @Test func anImportTakesItsOwnMoveOnly() async throws {
        let mover = try await Mover.make()
        let names = try await Mover.write(3, mover.alice).sorted { $0.lexicographicallyPrecedes($1) }
        expect(try await mover.register(mover.contents(), token: .random()), .registrationRefused)
        #expect(try await mover.register(mover.contents()).status == 201)
        expect(try await mover.register(mover.contents()), .registrationRefused)
        let there = try await mover.there()
        let objects = try await mover.page().objects
        #expect(objects.map(\.name.array) == names)

        expect(try await mover.add(objects, there, id: .random()), .moveConflict)
        expect(try await mover.add(objects.reversed(), there), .badRequest)
        expect(try await mover.add([objects[0], objects[0]], there), .badRequest)
        expect(
            try await mover.add([StoredObject(name: objects[0].name, revision: 0, body: nil)], there), .badRequest)
        let half = try await mover.add(Array(objects.prefix(2)), there).json(ImportStatus.self)
        #expect(half.objects == 2)
        #expect(half.lastName?.array == names[1])
        #expect(try await mover.add(Array(objects.prefix(2)), there).json(ImportStatus.self) == half)

        // It is no store yet.
        expect(try await there.get(names[0]), .storeReceiving)
        expect(try await there.put(names[0], [1], ifRevision: 1), .storeReceiving)
        expect(try await there.http.send(.GET, "/v1/slots"), .storeReceiving)
        expect(try await mover.open(there, statement: nil), .moveConflict)

        // Another move begins anew, the same one goes on.
        let again = try await there.http.send(.PUT, "/v1/import", json: mover.contents()).json(ImportStatus.self)
        #expect(again == half)
        let other = try await there.http.send(.PUT, "/v1/import", json: mover.contents(.random()))
            .json(ImportStatus.self)
        #expect(other.objects == 0)
        #expect(other.bytes == 0)
        await mover.stop()
    }

    @Test func itOpensOnTheSourcesWordOnly() async throws {
        let mover = try await Mover.make()
        _ = try await Mover.write(2, mover.alice)
        _ = try await mover.begin()
        _ = try await mover.register(mover.contents())
        let there = try await mover.there()
        try await mover.copy(there)
        let digest = try await mover.digest(there, "/v1/import/digest").digest
        // Neither the client's own word, nor another server's, nor a statement about something else.
        expect(try await mover.open(there, statement: nil, digest: digest), .moveConflict)
        func statement(_ key: ServerSigningKey, destination: ServerID? = nil, digest: [UInt8]) throws -> Bytes {
            let statement = MovedStatement(
                storeID: mover.alice.user.storeID, moveID: mover.moveID, source: key.serverID,
                destination: destination ?? mover.targetID, digest: try #require(StoreDigest(bytes: digest)))
            return Bytes(try SignedMovedStatement(statement, signedBy: key).encoded)
        }
        let key = mover.source.application.core.identity.signingKey
        for wrong in [
            try statement(.random(), digest: digest.array),
            try statement(key, destination: .random(), digest: digest.array),
            try statement(key, digest: [UInt8](repeating: 1, count: 32)),
        ] {
            expect(try await mover.open(there, statement: wrong), .moveConflict)
        }
        let right = try statement(key, digest: digest.array)
        #expect(try await mover.open(there, statement: right).status == 200)
        #expect(try await mover.open(there, statement: right).status == 200)
        expect(try await mover.add([], there), .moveConflict)
        expect(try await there.http.send(.PUT, "/v1/import", json: mover.contents()), .moveConflict)
        await mover.stop()
    }
}
