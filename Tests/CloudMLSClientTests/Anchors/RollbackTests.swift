import CloudMLSAPI
import CloudMLSClient
import KeyHierarchy
import Testing

/// A key store that shows an old state.
@Suite struct RollbackTests {
    private func pair() async throws -> (TestUser, TestUser, GroupID) {
        let world = AuthDeliveryWorld()
        let (alice, bob) = (try TestUser("alice", world), try TestUser("bob", world))
        let (first, second) = (try await alice.readyDevice(), try await bob.readyDevice())
        let group = try await first.createGroup(chat: "lunch", account: alice.account, members: [bob.account])
        try await second.sync()
        return (alice, bob, group)
    }

    @Test func aRestoredReservationBlocksSending() async throws {
        let (alice, bob, group) = try await pair()
        let backup = await alice.store.values
        let sealed = try await alice.device().encrypt("before", for: group)
        await alice.store.restore(backup)
        let device = alice.device()
        await #expect(throws: ClientError(.rolledBack, "")) { try await device.encrypt("after", for: group) }
        #expect(try await device.readText(sealed) == "alice: before")
        #expect(try await bob.device().readText(sealed) == "alice: before")
    }

    @Test func aRestoredHeadBlocksSendingAndIsReported() async throws {
        let (alice, _, group) = try await pair()
        let backup = await alice.store.values
        try await alice.device().refresh(group)
        await alice.store.restore(backup)
        let report = try await alice.device().sync()
        #expect(report.problems.map(\.group) == [group])
        #expect(report.problems.map(\.error.code) == [.rolledBack])
        await #expect(throws: ClientError.self) { try await alice.device().encrypt("after", for: group) }
    }

    @Test func aLocalCopyRemembersWhatTheOtherServerForgot() async throws {
        let (alice, _, group) = try await pair()
        let local = MemoryLocalState()
        let backup = await alice.store.values
        _ = try await alice.device(local: local).encrypt("before", for: group)
        await alice.store.restore(backup)
        await alice.world.forgetAnchors()
        await #expect(throws: ClientError(.rolledBack, "")) {
            try await alice.device(local: local).encrypt("after", for: group)
        }
    }

    @Test func aForgedAnchorIsNoticed() async throws {
        let (alice, _, group) = try await pair()
        await alice.world.forgeAnchors()
        await #expect(throws: ClientError(.notAuthentic, "")) {
            try await alice.device().encrypt("after", for: group)
        }
    }

    @Test func withoutTheAnchorOneReadsAndDoesNotSend() async throws {
        let (alice, bob, group) = try await pair()
        let sealed = try await bob.device().encrypt("hello", for: group)
        let faults = FaultPlan()
        await faults.breakAfter(0, .beforeCall)
        let offline = Messenger(services: alice.services(authDelivery: faults))
        #expect(try await offline.readText(sealed) == "bob: hello")
        await #expect(throws: FaultPlan.failure) { try await offline.encrypt("hello", for: group) }
    }
}

extension AuthDeliveryWorld {
    func forgetAnchors() { anchors = [:] }

    func forgeAnchors() {
        for (user, stored) in anchors {
            anchors[user] = stored.mapValues { anchor in
                var anchor = anchor
                anchor.body.array[anchor.body.array.count - 1] ^= 1
                return anchor
            }
        }
    }
}
