import CloudMLSAPI
import KeyHierarchy
import KeyStoreServer
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
