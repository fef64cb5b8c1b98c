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

    /// Brings only one object back to what a backup has.
    private func restoreGenerations(_ alice: TestUser, _ group: GroupID, from backup: [String: SealedValue]) async {
        let path = StorePath.generations(1, of: group)
        var values = await alice.store.values
        values[path] = backup[path]
        await alice.store.restore(values)
    }

    @Test func aRestoredReservationBlocksCommitsBeforeTheyAreWritten() async throws {
        let (alice, _, group) = try await pair()
        let backup = await alice.store.values
        // A refused commit uses a handshake generation without ending the epoch.
        await alice.world.setCommitRefusal(.invalidHandshake)
        await #expect(throws: ClientError.self) { try await alice.device().refresh(group) }
        await alice.world.setCommitRefusal(nil)
        await restoreGenerations(alice, group, from: backup)
        for _ in 0..<2 {
            let device = alice.device()
            await #expect(throws: ClientError(.rolledBack, "")) { try await device.refresh(group) }
            _ = try await device.sync()
        }
        let stored = try await GroupSnapshot.load(group, from: alice.services().objects)
        #expect(stored.head?.intent == nil)
        #expect(await alice.world.groups[group.bytes]?.epoch == 1)
    }

    @Test func aRestoredReservationBlocksLeavingBeforeItIsWritten() async throws {
        let (alice, _, group) = try await pair()
        let backup = await alice.store.values
        try await alice.device().leave(group)
        await restoreGenerations(alice, group, from: backup)
        let before = try await GroupSnapshot.load(group, from: alice.services().objects).head
        let entries = await alice.world.groups[group.bytes]?.log.count
        await #expect(throws: ClientError(.rolledBack, "")) { try await alice.device().leave(group) }
        let after = try await GroupSnapshot.load(group, from: alice.services().objects).head
        #expect(after?.state == before?.state)
        #expect(await alice.world.groups[group.bytes]?.log.count == entries)
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
