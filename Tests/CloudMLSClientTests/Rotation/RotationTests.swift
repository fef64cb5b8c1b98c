import CloudMLSAPI
import CloudMLSClient
import KeyHierarchy
import MLSCodec
import Testing

@Suite struct RotationTests {
    private static let objects = 130
    let world: SimulatedWorld
    let keys = MemorySessionStorage()
    let local = MemoryLocalState()
    let context: ClientContext

    init() async throws {
        world = try SimulatedWorld()
        context = try await world.signUp(on: world.device(keys: keys, local: local))
        for start in stride(from: 0, to: Self.objects, by: 50) {
            let writes = (start..<min(start + 50, Self.objects)).map {
                SealedWrite(path: "\($0)", ifRevision: 0, body: [1])
            }
            _ = try await context.sealed.write(writes)
        }
    }

    @Sendable private static func password() throws -> Password { try Password("correct horse") }

    private var stored: SimulatedServer.User {
        get async throws { try #require(await world.keyStore.users["alice"]) }
    }

    /// Nothing is left of the old keys, everything can be read, and all that remembers the keyring agrees.
    private func expectRotated(to keyID: UInt32 = 2) async throws {
        let user = try await stored
        for object in user.objects.values {
            let body = try #require(object.body)
            #expect(try ObjectHeader(ofObject: body.array).keyID.rawValue == keyID)
        }
        let keyring = try #require(user.keyring)
        #expect(keyring.handover == nil)
        #expect(keyring.minimumKeyID == keyID)
        let session = try #require(await keys.loadSession())
        #expect(session.keyring.objectKeys.map(\.id.rawValue) == [keyID])
        #expect(session.keyringRevision.rawValue == keyring.revision)
        // A new device signs in, finds slots and keyring as the anchor says, and reads.
        let fresh = try await world.signIn()
        // The tests' KDF is a weak one; nothing else is to be noticed.
        #expect(fresh.notices == [.weakPasswordHash])
        #expect(fresh.keyring == session.keyring)
        let values = try await fresh.sealed.read((0..<Self.objects).map(String.init))
        #expect(values.values.allSatisfy { $0.body == [1] })
    }

    @Test func everythingIsEncryptedAnew() async throws {
        let before = try #require(await keys.loadSession())
        let report = try await context.rotateKeys(password: Self.password)
        #expect(report.objects == Self.objects && !report.wasUnderWay && report.keyID == 2)
        try await expectRotated()
        let after = try #require(await keys.loadSession())
        #expect(after.dataKey != before.dataKey)
        #expect(after.keyring.objectKeys.first?.key != before.keyring.objectKeys.first?.key)
        #expect(after.keyring.nameBlindingKey == before.keyring.nameBlindingKey)
        #expect(try await context.sealed.read(["0"])["0"]?.body == [1])
        #expect(try await context.rotateKeys(password: Self.password).keyID == 3)
        try await expectRotated(to: 3)
    }

    @Test func aWrongPasswordChangesNothing() async throws {
        let before = try await stored
        let error = await #expect(throws: ClientError.self) {
            try await context.rotateKeys { try Password("wrong") }
        }
        #expect(error?.code == .wrongPassword)
        let after = try await stored
        #expect(after.keyring == before.keyring && after.slots == before.slots && after.objects == before.objects)
    }

    @Test func aSlotThatTheKeyringDoesNotKnowStopsIt() async throws {
        let keyring = context.keyring
        let slot = try StoreSlot(
            sealing: .random(), scopeID: context.storeID, to: .device(SlotKeyPair.random().publicKey),
            signedBy: keyring.storeSigningKey)
        await world.keyStore.change("alice") {
            $0.slots.append(
                StoredSlot(id: Bytes(slot.id.bytes), kind: .device, revision: 1, body: Bytes(slot.encoded)))
        }
        let error = await #expect(throws: ClientError.self) { try await context.rotateKeys(password: Self.password) }
        #expect(error?.remedy == .removeWayIn)
    }

    /// Cut at every call, before it and after it; then run again with what the device has stored.
    @Test(arguments: FaultPlan.Moment.allCases, [false, true])
    func cutAnywhereItGoesOn(moment: FaultPlan.Moment, evicting: Bool) async throws {
        var cuts = 0
        while true {
            let suite = try await RotationTests()
            await suite.world.faults.breakAfter(cuts, moment)
            var wasCut = false
            do {
                _ = try await suite.context.rotateKeys(evictingOthers: evicting, password: Self.password)
            } catch let error as ClientError {
                #expect(error.code == .notReachable)
                wasCut = true
            }
            await suite.world.faults.heal()
            let report = try await suite.rotateAgain(evicting: evicting)
            if wasCut {
                // One that was cut before its first write begins now; any other is finished, and no second one begins: but
                // where one that is over cannot say whom it shut out, another one does.
                let isUnsure = evicting && report.objects > 0 && report.wasUnderWay
                #expect(report.keyID == (isUnsure && report.keyID == 3 ? 3 : 2), "after \(cuts) calls")
                try await suite.expectRotated(to: report.keyID)
            } else {
                #expect(report.keyID == 3)
                break
            }
            cuts += 1
        }
        #expect(cuts > 10)
    }

    /// What the next command does, with what the device has stored.
    private func rotateAgain(evicting: Bool) async throws -> RotationReport {
        let device = world.device(keys: keys, local: local)
        let resumed = try await device.resume()
        #expect(try await resumed.sealed.read(["0"])["0"]?.body == [1])
        do {
            return try await resumed.rotateKeys(evictingOthers: evicting, password: Self.password)
        } catch let error as ClientError {
            // Only where no handover was to be left: then the password is needed, and nothing is lost.
            #expect(evicting && error.code == .signedOut)
            return try await world.signIn(on: device).rotateKeys(evictingOthers: evicting, password: Self.password)
        }
    }

    @Test func anotherDeviceFollows() async throws {
        let other = try await world.signIn()
        let start = try await Self.start(context)
        #expect(try await other.sealed.read(["0"])["0"]?.body == [1])
        // Its old key is refused, so it asks for the new one and writes under that.
        #expect(try await other.sealed.write([SealedWrite(path: "0", ifRevision: 1, body: [1])]) == .written([2]))
        #expect(await other.keys.current.revision == start.revision)
        #expect(await other.keys.current.dataKey == start.dataKey)
        _ = try await context.rotateKeys(password: Self.password)
        #expect(try await other.sealed.read(["1"])["1"]?.body == [1])
        #expect(try await other.sealed.write([SealedWrite(path: "1", ifRevision: 2, body: [1])]) == .written([3]))
        try await expectRotated()
    }

    @Test func aDeviceThatWasAwayMustSignInAgain() async throws {
        let other = try await world.signIn()
        _ = try await context.rotateKeys(password: Self.password)
        let error = await #expect(throws: ClientError.self) { try await other.sealed.read(["0"]) }
        #expect(error?.code == .signedOut)
    }

    @Test func aDeviceWithAKeyOfItsOwnFollowsAlsoAfterwards() async throws {
        let otherKeys = MemorySessionStorage()
        let other = try await world.signIn(on: world.device(keys: otherKeys))
        try await WaysIn(other).addDevice(name: "laptop")
        _ = try await context.rotateKeys(password: Self.password)
        #expect(try await other.sealed.read(["0"])["0"]?.body == [1])
        let session = try #require(await otherKeys.loadSession())
        #expect(session.keyring.objectKeys.map(\.id.rawValue) == [2])
        #expect(await context.keys.current.dataKey == session.dataKey)
        try await expectRotated()
    }

    /// A device that has the old data key makes a way in while a rotation runs: it opens the new one.
    @Test func aWayInThatIsAddedMeanwhileHoldsTheNewKey() async throws {
        let other = try await world.signIn()
        let start = try await Self.start(context)
        let code = try await WaysIn(other).addRecoveryCode(name: "paper")
        let slots = try await stored.slots.map { try StoreSlot(decoding: $0.body.array) }
        let slot = try #require(slots.first { $0.kind == .recovery })
        #expect(try slot.openUnverified(with: code) == start.dataKey)
        _ = try await context.rotateKeys(password: Self.password)
        let again = try await context.rotateKeys(password: Self.password)
        #expect(again.keyID == 3)
        let device = try await world.device().signIn(
            userName: UserName(typed: "alice"), recoveryCode: code, authDelivery: world.authDeliveryOrigin)
        #expect(try await device.sealed.read(["0"])["0"]?.body == [1])
    }

    @Test func evictingEndsOtherSessionsAndLeavesNoHandover() async throws {
        let other = try await world.signIn()
        _ = try await context.rotateKeys(evictingOthers: true, password: Self.password)
        let error = await #expect(throws: ClientError.self) { try await other.sealed.read(["0"]) }
        #expect(error?.code == .refused(.invalidToken))
        try await expectRotated()
    }

    /// What was begun with a handover does not shut out whoever followed it.
    @Test func evictingWhileAnotherOneIsUnderWayRotatesOnceMore() async throws {
        _ = try await Self.start(context)
        let report = try await context.rotateKeys(evictingOthers: true, password: Self.password)
        #expect(report.wasUnderWay)
        #expect(report.keyID == 3)
        try await expectRotated(to: 3)
    }

    @Test func twoDevicesFinishOneTogether() async throws {
        let other = try await world.signIn()
        _ = try await Self.start(context)
        _ = try await other.keys.read()
        async let first = context.rotateKeys(password: Self.password)
        async let second = other.rotateKeys(password: Self.password)
        let reports = try await [first, second]
        #expect(reports.allSatisfy { $0.wasUnderWay && $0.keyID == 2 })
        try await expectRotated()
    }

    @Test func anObjectThatIsNotAuthenticStopsIt() async throws {
        await world.keyStore.change("alice") { user in
            guard let name = user.objects.keys.first, var body = user.objects[name]?.body?.array else { return }
            body[body.count - 1] ^= 1
            user.objects[name]?.body = Bytes(body)
        }
        let error = await #expect(throws: ClientError.self) { try await context.rotateKeys(password: Self.password) }
        #expect(error?.code == .notAuthentic)
        #expect(try await stored.keyring?.handover != nil)
    }

    /// A handover is taken only from the store's owner, and only with a newer keyring.
    @Test func aForgedHandoverIsRefused() async throws {
        let other = try await world.signIn()
        _ = try await Self.start(context)
        await world.keyStore.interfere(
            .init(keyring: { keyring in
                var keyring = keyring
                let last = (keyring.handover?.array.count ?? 1) - 1
                keyring.handover?.array[last] ^= 1
                return keyring
            }))
        let write = [SealedWrite(path: "new", ifRevision: 0, body: [1])]
        let error = await #expect(throws: ClientError.self) { try await other.sealed.write(write) }
        #expect(error?.code == .notAuthentic)
    }

    /// Begins a rotation and stops before the first object.
    private static func start(_ context: ClientContext) async throws -> StoreKeys {
        struct Stop: Error {}
        let machine = Rotation(
            known: await context.keys.current, storeID: context.storeID, isEvicting: false,
            environment: context.environment)
        let hasher = PasswordHasher(try password(), policy: context.environment.kdfPolicy)
        do {
            _ = try await ClientEnvironment.system.run(machine) { action in
                switch action {
                case .readKeys: return .keys(try await context.keys.read())
                case .readSlots: return .slots(try await context.keyStore.slots())
                case .deriveKey(let kdf): return .passwordKey(try await hasher.key(kdf))
                case .begin(let request, _):
                    _ = try await context.keyStore.rotate(request)
                    return .stored
                case .adopt(let keys):
                    try await context.keys.adopt(keys)
                    return .adopted
                default: throw Stop()
                }
            }
        } catch is Stop {}
        return await context.keys.current
    }
}
