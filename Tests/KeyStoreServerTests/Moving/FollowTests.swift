import CloudMLSAPI
import KeyHierarchy
import KeyStoreServer
import MLSCodec
import NIOHTTP1
import Testing

/// Who can begin a session where a store has moved, and what the new place takes.
@Suite struct FollowTests {
    @Test func devicesFollowForAWeekAndUntilTheNextPassword() async throws {
        let mover = try await Mover.make()
        _ = try await mover.register(mover.contents())
        #expect(try await mover.follow().status == 200)
        expect(try await mover.follow(.random()), .wrongCredentials)
        expect(try await mover.follow(user: "nobody"), .wrongCredentials)
        let there = try await mover.there()
        try await mover.copy(there)
        _ = try await mover.begin()
        let moved = try await mover.commit(mover.digest(there, "/v1/import/digest").digest).json(MoveStatus.self)
        #expect(try await mover.open(there, statement: moved.statement).status == 200)

        mover.target.clock.advance(by: Limits.followLifetime - 1)
        let late = try await mover.there()
        #expect(try await late.isSignedIn())
        var changed = mover.alice.user
        changed.passwordKey = .random()
        let answer = try await late.putSlot(
            changed.passwordSlot(), kind: .password, login: changed.passwordLogin(mover.targetID), ifRevision: 1)
        #expect(answer.status == 200)
        expect(try await mover.follow(), .wrongCredentials)
        await mover.stop()
    }

    @Test func nobodyFollowsAfterAWeek() async throws {
        let mover = try await Mover.make()
        _ = try await mover.register(mover.contents())
        #expect(try await mover.follow().status == 200)
        mover.target.clock.advance(by: Limits.followLifetime + 1)
        expect(try await mover.follow(), .wrongCredentials)
        await mover.stop()
    }

    /// What ends a session to lock somebody out must not leave another door open.
    @Test(arguments: ["others", "one", "own", "logout"])
    func whoEndsSessionsShutsOutWhoHasNotFollowed(what: String) async throws {
        let mover = try await Mover.make()
        _ = try await mover.register(mover.contents())
        let there = try await mover.there()
        let tablet = try await mover.there()
        try await mover.copy(there)
        _ = try await mover.begin()
        let moved = try await mover.commit(mover.digest(there, "/v1/import/digest").digest).json(MoveStatus.self)
        #expect(try await mover.open(there, statement: moved.statement).status == 200)
        #expect(try await mover.follow().status == 200)
        func session(isCurrent: Bool) async throws -> Int64 {
            try #require(try await tablet.sessions().first { $0.isCurrent == isCurrent }).id
        }
        let ended =
            switch what {
            case "others": try await tablet.http.send(.DELETE, "/v1/sessions")
            case "one": try await tablet.http.send(.DELETE, "/v1/sessions/\(session(isCurrent: false))")
            case "own": try await tablet.http.send(.DELETE, "/v1/sessions/\(session(isCurrent: true))")
            default: try await tablet.http.send(.POST, "/v1/auth/logout")
            }
        #expect(ended.status == 204)
        if ["others", "one"].contains(what) {
            expect(try await mover.follow(), .wrongCredentials)
        } else {
            // Whoever signs out locks nobody else out.
            #expect(try await mover.follow().status == 200)
        }
        await mover.stop()
    }

    /// While it is being copied, whoever holds the token can go on with the copy, and with nothing else: it is how the
    /// device that moves the store comes in again. Nothing opens the store but the source's word.
    @Test func whoFollowsEarlyCanOnlyGoOnWithTheCopy() async throws {
        let mover = try await Mover.make()
        _ = try await Mover.write(1, mover.alice)
        _ = try await mover.register(mover.contents())
        let early = try await mover.there()
        expect(try await early.http.send(.GET, "/v1/keyring"), .storeReceiving)
        expect(try await early.http.send(.GET, "/v1/slots"), .storeReceiving)
        expect(try await early.put(SignedInUser.freshName(), [1], ifRevision: 0), .storeReceiving)
        expect(
            try await early.putSlot(mover.alice.user.deviceSlot(), kind: .device, login: nil, ifRevision: 0),
            .storeReceiving)
        let digest = try await mover.digest(early, "/v1/import/digest").digest
        expect(try await mover.open(early, statement: nil, digest: digest), .moveConflict)
        // Beginning anew ends the sessions of all others, with their token.
        let there = try await mover.there()
        let id = MoveID.random()
        let next = mover.alice.user.dataKey.followToken(moveID: id, serverID: mover.targetID)
        var contents = try await mover.contents(id)
        contents.followHash = Bytes(next.hash)
        #expect(try await there.http.send(.PUT, "/v1/import", json: contents).status == 200)
        expect(try await early.http.send(.GET, "/v1/import"), .invalidToken)
        expect(try await mover.follow(), .wrongCredentials)
        #expect(try await mover.follow(next).status == 200)
        await mover.stop()
    }

    @Test func theNewPlacesLimitsHold() async throws {
        let mover = try await Mover.make { configuration in
            configuration.limits.userObjects = 2
            configuration.limits.objectSize = 4_096
        }
        _ = try await Mover.write(3, mover.alice)
        _ = try await mover.register(mover.contents())
        let there = try await mover.there()
        let objects = try await mover.page().objects
        expect(try await mover.add(objects, there), .quotaExceeded)
        let large = StoredObject(name: objects[0].name, revision: 1, body: Bytes([UInt8](repeating: 1, count: 5_000)))
        expect(try await mover.add([large], there), .tooLarge)
        #expect(try await mover.add(Array(objects.prefix(2)), there).status == 200)
        await mover.stop()
    }

    /// The way home: a store comes back to the key store that it left.
    @Test func aStoreComesBack() async throws {
        let mover = try await Mover.make()
        _ = try await Mover.write(1, mover.alice)
        _ = try await mover.begin()
        let contents = try await mover.contents()
        _ = try await mover.commit(mover.digest(mover.alice, "/v1/move/digest").digest)
        let back = try await mover.alice.http.send(.PUT, "/v1/import", json: contents).json(ImportStatus.self)
        #expect(back.state == .receiving)
        #expect(back.objects == 0)
        await mover.stop()
    }
}
