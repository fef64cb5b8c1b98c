import CloudMLSAPI
import GRDB
import KeyHierarchy
import KeyStoreServer
import MLSCodec
import NIOHTTP1
import ServerKit
import Testing

@Suite struct RotationTests {
    /// A body that says it is under a key.
    private static func body(_ key: UInt32, size: Int = 40) -> [UInt8] {
        [1] + key.encoded + [UInt8](repeating: 7, count: size - 5)
    }

    private func rotation(
        _ alice: SignedInUser, ifRevision: UInt64 = 1, minimum: UInt32 = 2, evicting: Bool = false,
        change: (inout KeyRotation) throws -> Void = { _ in }
    ) async throws -> TestHTTP.Answer {
        let handover = try DataKeyHandover(
            of: .random(), from: .random(), storeID: alice.user.storeID, revision: .first,
            signedBy: alice.user.storeKey)
        var rotation = KeyRotation(
            ifRevision: ifRevision, keyring: [9, 9],
            slots: try await alice.slots().map { slot in
                KeyRotation.Slot(id: slot.id, ifRevision: slot.revision, body: Bytes(try resealed(slot, alice)))
            },
            minimumKeyID: minimum, handover: evicting ? nil : Bytes(handover.encoded), endsOtherSessions: evicting)
        try change(&rotation)
        return try await alice.http.send(.POST, "/v1/rotation", json: rotation)
    }

    /// Another body of the same slot.
    private func resealed(_ slot: StoredSlot, _ alice: SignedInUser) throws -> [UInt8] {
        let id = try #require(SlotID(bytes: slot.id.array))
        return slot.kind == .password
            ? try alice.user.passwordSlot().encoded : try alice.user.deviceSlot(id: id).encoded
    }

    private func keyring(_ alice: SignedInUser) async throws -> StoredKeyring {
        try await alice.http.send(.GET, "/v1/keyring").json()
    }

    @Test func aRotationReplacesKeyringAndSlotsAtOnce() async throws {
        let server = try await RunningKeyStore.start()
        let alice = try await server.firstUser("alice")
        let bob = try await server.nextUser("bob")
        #expect(
            try await alice.putSlot(alice.user.deviceSlot(), kind: .device, login: nil, ifRevision: 0).status == 200)
        let before = try await alice.slots()
        #expect(before.count == 2)
        #expect(try await rotation(alice).json() == WriteResult(revision: 2))
        let after = try await alice.slots()
        #expect(after.map(\.revision) == [2, 2])
        #expect(after.map(\.login) == before.map(\.login))
        #expect(zip(before, after).allSatisfy { $0.body != $1.body })
        let stored = try await keyring(alice)
        #expect(stored.body == [9, 9] && stored.minimumKeyID == 2 && stored.handover != nil)
        #expect(try await keyring(bob).minimumKeyID == 0)
        // The last write takes the handover away.
        let last = KeyringWrite(body: [8], endsHandover: true)
        #expect(
            try await alice.http.send(.PUT, "/v1/keyring", json: last, headers: ["If-Match": "\"2\""]).status == 200)
        #expect(try await keyring(alice).handover == nil)
        await server.stop()
    }

    @Test func anotherKeyringWriteLeavesTheHandover() async throws {
        let server = try await RunningKeyStore.start()
        let alice = try await server.firstUser()
        #expect(try await rotation(alice).status == 200)
        let write = KeyringWrite(body: [8])
        #expect(
            try await alice.http.send(.PUT, "/v1/keyring", json: write, headers: ["If-Match": "\"2\""]).status == 200)
        #expect(try await keyring(alice).handover != nil)
        await server.stop()
    }

    @Test func aRotationThatDoesNotFitChangesNothing() async throws {
        let server = try await RunningKeyStore.start()
        let alice = try await server.firstUser()
        let device = try alice.user.deviceSlot()
        #expect(try await alice.putSlot(device, kind: .device, login: nil, ifRevision: 0).status == 200)
        let before = try await (alice.slots(), keyring(alice))
        expect(try await rotation(alice, ifRevision: 2), .revisionConflict)
        expect(try await rotation(alice, ifRevision: 0), .badRequest)
        let missing = try await rotation(alice) { $0.slots.removeLast() }
        expect(missing, .revisionConflict)
        #expect(missing.error?.currentRevision == 1)
        expect(try await rotation(alice) { $0.slots[0].ifRevision = 2 }, .revisionConflict)
        expect(try await rotation(alice) { $0.slots.append($0.slots[0]) }, .badRequest)
        expect(
            try await rotation(alice) { rotation in
                let other = try alice.user.deviceSlot()
                rotation.slots.append(
                    KeyRotation.Slot(id: Bytes(other.id.bytes), ifRevision: 1, body: Bytes(other.encoded)))
            }, .revisionConflict)
        // A device's slot in the place of the password's.
        expect(
            try await rotation(alice) { rotation in
                for index in rotation.slots.indices where rotation.slots[index].id.array == alice.user.slotID.bytes {
                    rotation.slots[index].body = Bytes(try alice.user.deviceSlot(id: alice.user.slotID).encoded)
                }
            }, .revisionConflict)
        expect(try await rotation(alice) { $0.slots[0].body = [1, 2] }, .badRequest)
        expect(try await rotation(alice) { $0.handover = [1, 2] }, .badRequest)
        expect(try await rotation(alice) { $0.keyring = Bytes([UInt8](repeating: 0, count: 65_537)) }, .tooLarge)
        let after = try await (alice.slots(), keyring(alice))
        #expect(before.0 == after.0 && before.1 == after.1)
        await server.stop()
    }

    @Test func evictingEndsOtherSessions() async throws {
        let server = try await RunningKeyStore.start()
        let alice = try await server.firstUser()
        let other = try await alice.user.signIn(at: server.http)
        #expect(try await rotation(alice).status == 200)
        #expect(try await other.isSignedIn())
        #expect(try await rotation(alice, ifRevision: 2, minimum: 3, evicting: true).status == 200)
        #expect(try await alice.isSignedIn())
        #expect(try await !other.isSignedIn())
        #expect(try await keyring(alice).handover == nil)
        await server.stop()
    }

    @Test func writesUnderARetiredKeyAreRefused() async throws {
        let server = try await RunningKeyStore.start()
        let alice = try await server.firstUser("alice")
        let bob = try await server.nextUser("bob")
        let names = (0..<3).map { _ in SignedInUser.freshName() }
        #expect(try await alice.put(names[0], Self.body(1), ifRevision: 0).status == 200)
        #expect(try await alice.put(names[1], [5], ifRevision: 0).status == 200)
        #expect(try await rotation(alice).status == 200)
        expect(try await alice.put(names[0], Self.body(1), ifRevision: 1), .keyRetired)
        expect(try await alice.put(names[2], [5], ifRevision: 0), .keyRetired)
        // Another version of the header, and one that is cut off.
        expect(try await alice.put(names[2], [2] + Self.body(9).dropFirst(), ifRevision: 0), .keyRetired)
        expect(try await alice.put(names[2], Self.body(9, size: 36), ifRevision: 0), .keyRetired)
        let batch = try await alice.batch([
            BatchOperation(name: Bytes(names[2]), ifRevision: 0, body: Bytes(Self.body(2))),
            BatchOperation(name: Bytes(names[0]), ifRevision: 1, body: Bytes(Self.body(1))),
        ])
        expect(batch, .keyRetired)
        #expect(batch.error?.operation == 1)
        expect(try await alice.get(names[2]), .notFound)
        #expect(try await alice.put(names[0], Self.body(2), ifRevision: 1).status == 200)
        #expect(try await alice.delete(names[1], ifRevision: 1).status == 200)
        #expect(try await bob.put(names[0], Self.body(1), ifRevision: 0).status == 200)
        expect(try await rotation(alice, ifRevision: 2, minimum: 1), .badRequest)
        await server.stop()
    }

    @Test func theListIsPagedByNameAndFilteredByKey() async throws {
        let server = try await RunningKeyStore.start()
        let alice = try await server.firstUser("alice")
        let bob = try await server.nextUser("bob")
        let names = (0..<7).map { _ in SignedInUser.freshName() }.sorted { $0.lexicographicallyPrecedes($1) }
        for (index, name) in names.enumerated() {
            let body = index == 6 ? [9] : Self.body(index.isMultiple(of: 2) ? 1 : 2, size: 40 + index)
            #expect(try await alice.put(name, body, ifRevision: 0).status == 200)
        }
        #expect(try await alice.delete(names[0], ifRevision: 1).status == 200)

        let all = try await alice.list()
        #expect(all.objects.map(\.name.array) == names && all.count == 7 && !all.more)
        #expect(all.objects.map(\.keyID) == [nil, 2, 1, 2, 1, 2, 0])
        #expect(all.objects.map(\.size) == [0, 41, 42, 43, 44, 45, 1])
        #expect(all.objects.map(\.deleted) == [true] + [Bool](repeating: false, count: 6))
        #expect(all.objects.map(\.revision) == [2, 1, 1, 1, 1, 1, 1])

        let below = try await alice.list("belowKey=2&limit=2")
        #expect(below.objects.map(\.name.array) == [names[2], names[4]] && below.more && below.count == 3)
        let rest = try await alice.list("belowKey=2&limit=2&after=\(names[4].hex)")
        #expect(rest.objects.map(\.name.array) == [names[6]] && !rest.more && rest.count == nil)
        #expect(try await bob.list().objects.isEmpty)
        for query in ["after=12", "after=\(names[0].hex.uppercased())", "belowKey=x", "limit=-1"] {
            expect(try await alice.http.send(.GET, "/v1/objects?\(query)"), .badRequest)
        }
        expect(try await server.http.send(.GET, "/v1/objects"), .invalidToken)
        await server.stop()
    }

    /// What an earlier release stored is listed by its key too.
    @Test func objectsOfAnEarlierReleaseGetTheirKey() async throws {
        let folder = try TemporaryFolder()
        let server = try await RunningKeyStore.start(in: folder)
        let alice = try await server.firstUser()
        let names = (0..<4).map { _ in SignedInUser.freshName() }.sorted { $0.lexicographicallyPrecedes($1) }
        for (name, body) in zip(names, [Self.body(3, size: 9_000), Self.body(2), [1, 2], [3]]) {
            #expect(try await alice.put(name, body, ifRevision: 0).status == 200)
        }
        #expect(try await alice.delete(names[3], ifRevision: 1).status == 200)
        await server.stop()
        try await DatabaseQueue(path: DataFolder(existing: folder.dataFolder).databasePath).write { db in
            try db.execute(
                sql: """
                    ALTER TABLE objects DROP COLUMN key_id;
                    ALTER TABLE stores DROP COLUMN minimum_key_id;
                    ALTER TABLE stores DROP COLUMN handover;
                    DELETE FROM grdb_migrations WHERE identifier LIKE 'key store 2:%' OR identifier LIKE 'key store 4:%';
                    """)
        }
        let again = try await RunningKeyStore.start(in: folder)
        let session = try await alice.user.signIn(at: again.http)
        #expect(try await session.list().objects.map(\.keyID) == [3, 2, 0, nil])
        await again.stop()
    }
}

extension SignedInUser {
    fileprivate func list(_ query: String = "") async throws -> ObjectsPage {
        try await http.send(.GET, "/v1/objects?\(query)").json()
    }
}
