import CloudMLSAPI
import KeyHierarchy
import KeyStoreServer
import MLSCodec
import NIOHTTP1
import ServerKit
import Testing

@Suite struct SlotTests {
    @Test func slotsAreWrittenUnderPreconditions() async throws {
        let server = try await RunningKeyStore.start()
        let alice = try await server.firstUser()
        let slot = try alice.user.deviceSlot()
        #expect(
            try await alice.putSlot(slot, kind: .device, login: nil, ifRevision: 0).json() == WriteResult(revision: 1))
        let again = try await alice.putSlot(slot, kind: .device, login: nil, ifRevision: 0)
        expect(again, .revisionConflict)
        #expect(again.error?.currentRevision == 1)
        let replaced = try alice.user.deviceSlot(id: slot.id)
        let answer = try await alice.putSlot(replaced, kind: .device, login: nil, ifRevision: 1)
        #expect(try answer.json() == WriteResult(revision: 2))
        #expect(answer.etag == "\"2\"")
        let stored = try await alice.slots().first { $0.kind == .device }
        #expect(
            stored
                == StoredSlot(
                    id: Bytes(slot.id.bytes), kind: .device, revision: 2, body: Bytes(replaced.encoded)))
        expect(try await alice.deleteSlot(slot.id, ifRevision: 1), .revisionConflict)
        #expect(try await alice.deleteSlot(slot.id, ifRevision: 2).status == 204)
        expect(try await alice.deleteSlot(slot.id, ifRevision: 2), .notFound)
        #expect(try await alice.slots().map(\.kind) == [.password])
        await server.stop()
    }

    @Test func theLastWayInStays() async throws {
        let server = try await RunningKeyStore.start()
        let alice = try await server.firstUser()
        expect(try await alice.deleteSlot(alice.user.slotID, ifRevision: 1), .lastWayIn)
        // A slot without a login key opens the data, but nobody can come to fetch it.
        #expect(
            try await alice.putSlot(alice.user.deviceSlot(), kind: .device, login: nil, ifRevision: 0).status == 200)
        expect(try await alice.deleteSlot(alice.user.slotID, ifRevision: 1), .lastWayIn)
        let key = try LoginKey.random()
        let login = LoginMethod(kind: .device, publicKey: Bytes(key.publicKey.bytes), kdf: nil)
        #expect(
            try await alice.putSlot(alice.user.deviceSlot(), kind: .device, login: login, ifRevision: 0).status == 200)
        let device = try await alice.user.signIn(at: server.http, kind: .device, key: key)
        let elsewhere = try await alice.user.signIn(at: server.http)
        #expect(try await alice.deleteSlot(alice.user.slotID, ifRevision: 1).status == 204)
        // The sessions that the password began end with it, but for the one that asked.
        #expect(try await !elsewhere.isSignedIn())
        #expect(try await alice.isSignedIn())
        #expect(try await device.isSignedIn())
        expect(try await alice.user.login(at: server.http), .wrongCredentials)
        await server.stop()
    }

    @Test func aNewPasswordReplacesKeyAndSlotAndEndsOtherSessions() async throws {
        let server = try await RunningKeyStore.start()
        let alice = try await server.firstUser()
        let elsewhere = try await alice.user.signIn(at: server.http)
        var changed = alice.user
        changed.passwordKey = .random()
        changed.kdf = PasswordKDF()
        let login = try changed.passwordLogin(server.application.core.identity.serverID)
        let answer = try await alice.putSlot(changed.passwordSlot(), kind: .password, login: login, ifRevision: 1)
        #expect(try answer.json() == WriteResult(revision: 2))
        #expect(try await alice.isSignedIn())
        #expect(try await !elsewhere.isSignedIn())
        expect(try await alice.user.login(at: server.http), .wrongCredentials)
        _ = try await changed.signIn(at: server.http)
        #expect(try await changed.preLogin(at: server.http).answer.kdf == changed.kdf)
        await server.stop()
    }

    @Test func aConflictLeavesTheLoginKeyAsItIs() async throws {
        let server = try await RunningKeyStore.start()
        let alice = try await server.firstUser()
        var changed = alice.user
        changed.passwordKey = .random()
        let login = try changed.passwordLogin(server.application.core.identity.serverID)
        let answer = try await alice.putSlot(changed.passwordSlot(), kind: .password, login: login, ifRevision: 7)
        expect(answer, .revisionConflict)
        #expect(try await alice.user.login(at: server.http).status == 200)
        await server.stop()
    }

    @Test func whatDoesNotFitIsRefused() async throws {
        let server = try await RunningKeyStore.start()
        let alice = try await server.firstUser()
        let slot = try alice.user.deviceSlot()
        let passwordLogin = try alice.user.passwordLogin(server.application.core.identity.serverID)
        // Another kind than in the body, a login key of another kind, a second password.
        expect(try await alice.putSlot(slot, kind: .recovery, login: nil, ifRevision: 0), .badRequest)
        expect(try await alice.putSlot(slot, kind: .device, login: passwordLogin, ifRevision: 0), .badRequest)
        var other = try TestUser("other")
        other.passwordKey = .random()
        expect(
            try await alice.putSlot(other.passwordSlot(), kind: .password, login: passwordLogin, ifRevision: 0),
            .badRequest)
        let write = SlotWrite(kind: .device, body: Bytes(slot.encoded), login: nil)
        // Another id in the path, no precondition, an id that is none.
        expect(
            try await alice.http.send(
                .PUT, "/v1/slots/\(SlotID.random().hex)", json: write, headers: ["If-None-Match": "*"]), .badRequest)
        expect(try await alice.http.send(.PUT, "/v1/slots/\(slot.id.hex)", json: write), .preconditionRequired)
        expect(
            try await alice.http.send(.PUT, "/v1/slots/xyz", json: write, headers: ["If-None-Match": "*"]), .badRequest)
        #expect(try await alice.slots().count == 1)
        await server.stop()
    }

    @Test func usersDoNotSeeEachOthersSlots() async throws {
        let server = try await RunningKeyStore.start()
        let alice = try await server.firstUser("alice")
        let bob = try await server.nextUser("bob")
        #expect(try await bob.slots().map(\.id) == [Bytes(bob.user.slotID.bytes)])
        expect(try await bob.deleteSlot(alice.user.slotID, ifRevision: 1), .notFound)
        #expect(try await alice.slots().count == 1)
        await server.stop()
    }

    /// There are no ten thousand ways in: each kind has its limit, wherever they come from.
    @Test func aUserHasAsManySlotsAsThereCanBe() async throws {
        let mover = try await Mover.make()
        let alice = mover.alice
        func fill(_ kind: SlotKind, to count: Int, _ make: () throws -> StoreSlot) async throws {
            for _ in 0..<count {
                #expect(try await alice.putSlot(make(), kind: kind, login: nil, ifRevision: 0).status == 200)
            }
            let refused = try await alice.putSlot(make(), kind: kind, login: nil, ifRevision: 0)
            expect(refused, .badRequest)
            #expect(refused.error?.message.contains("replace or delete one") == true)
        }
        try await fill(.device, to: 32) { try alice.user.deviceSlot() }
        try await fill(.recovery, to: 4) {
            try StoreSlot(
                sealing: alice.user.dataKey, scopeID: alice.user.storeID, id: .random(),
                to: RecoveryCode.random().recipient(role: .keyStore), signedBy: alice.user.storeKey)
        }
        #expect(try await alice.slots().count == 37)
        // One that is there can be replaced, and one that goes makes room.
        let some = try #require(try await alice.slots().first { $0.kind == .device })
        let id = try #require(SlotID(bytes: some.id.array))
        let replaced = try await alice.putSlot(alice.user.deviceSlot(id: id), kind: .device, login: nil, ifRevision: 1)
        #expect(replaced.status == 200)
        #expect(try await alice.deleteSlot(id, ifRevision: 2).status == 204)
        #expect(
            try await alice.putSlot(alice.user.deviceSlot(), kind: .device, login: nil, ifRevision: 0).status == 200)

        // Neither do ten thousand come with a store that moves, or with a rotation.
        var contents = try await mover.contents()
        let many = (0..<10_000).map { _ in
            StoredSlot(
                id: Bytes(SlotID.random().bytes), kind: .device, revision: 1,
                body: Bytes([UInt8](repeating: 1, count: 100)))
        }
        contents.slots += many
        expect(try await mover.register(contents), .badRequest)
        contents.slots =
            try await mover.contents().slots
            + (0..<2_000).map { _ in
                let slot = try alice.user.deviceSlot()
                return StoredSlot(id: Bytes(slot.id.bytes), kind: .device, revision: 1, body: Bytes(slot.encoded))
            }
        expect(try await mover.register(contents), .badRequest)
        let rotation = KeyRotation(
            ifRevision: 1, keyring: [1],
            slots: many.map { KeyRotation.Slot(id: $0.id, ifRevision: 1, body: $0.body) }, minimumKeyID: 1,
            handover: nil,
            endsOtherSessions: false)
        expect(try await alice.http.send(.POST, "/v1/rotation", json: rotation), .tooLarge)
        #expect(try await alice.slots().count == 37)
        // The code that came with the refused ones is as good as before.
        #expect(try await mover.register(mover.contents()).status == 201)
        await mover.stop()
    }
}
