import CloudMLSAPI
import CloudMLSClient
import KeyHierarchy
import MLSCodec
import Testing

@Suite struct WaysInTests {
    let world: SimulatedWorld

    init() throws { world = try SimulatedWorld() }

    private var alice: UserName { get throws { try UserName(typed: "alice") } }

    private func signIn(_ world: SimulatedWorld, with code: RecoveryCode) async throws -> ClientContext {
        try await world.device().signIn(
            userName: alice, recoveryCode: code, authDelivery: world.authDeliveryOrigin)
    }

    /// Why it fails; nil where it does not.
    private func failure(_ work: () async throws -> some Any) async -> ClientError.Code? {
        do {
            _ = try await work()
            return nil
        } catch {
            return (error as? ClientError)?.code
        }
    }

    // Recovery codes

    @Test func aRecoveryCodeSignsInAtBothServersAndSetsANewPassword() async throws {
        let context = try await world.signUp()
        let code = try await WaysIn(context).addRecoveryCode(name: "safe")
        let recovered = try await signIn(world, with: code)
        #expect(recovered.profileKey == context.profileKey)
        #expect(!recovered.notices.contains(.waysInDiffer))
        try await WaysIn(recovered).changePassword(current: nil, new: try Password("found again"))
        try await world.signIn(password: "found again")
        #expect(await failure { try await world.signIn() } == .wrongPassword)
        // It stays good.
        _ = try await signIn(world, with: code)
    }

    @Test func aWrongRecoveryCodeIsRefused() async throws {
        let context = try await world.signUp()
        _ = try await WaysIn(context).addRecoveryCode(name: "safe")
        let error = await #expect(throws: ClientError.self) { try await signIn(world, with: .random()) }
        #expect(error?.code == .wrongPassword)
    }

    @Test func aSlotThatTheServerMadeForTheCodesPublicKeyIsRefused() async throws {
        let context = try await world.signUp()
        let code = try await WaysIn(context).addRecoveryCode(name: "safe")
        // Sealed to the right key in base mode, by somebody who knows no PSK.
        let publicKey = try code.slotKeyPair(role: .authDelivery).publicKey
        let forged = try ProfileSlot(
            sealing: ProfileKey.random(), scopeID: .random(), to: .device(publicKey), signedBy: .random())
        await world.authDelivery.change("alice") { user in
            for index in user.slots.indices where user.slots[index].kind == .recovery {
                user.slots[index].body = Bytes(forged.encoded)
                user.slots[index].id = Bytes(forged.id.bytes)
            }
        }
        let error = await #expect(throws: ClientError.self) { try await signIn(world, with: code) }
        #expect(error?.code == .notAuthentic)
    }

    @Test(arguments: FaultPlan.Moment.allCases)
    func anAdditionThatIsCutShortLeavesTheOthersWorking(moment: FaultPlan.Moment) async throws {
        var crashes = 0
        while true {
            let world = try SimulatedWorld()
            let context = try await world.signUp()
            await world.faults.breakAfter(crashes, moment)
            do {
                _ = try await WaysIn(context).addRecoveryCode(name: "safe")
                break
            } catch let error as ClientError {
                #expect(error.code == .notReachable)
            }
            await world.faults.heal()
            let signedIn = try await world.signIn()
            // What is left of it can be taken away, and another one takes its place.
            let waysIn = WaysIn(signedIn)
            for way in try await waysIn.list() where !way.works { try await waysIn.remove(way) }
            let again = try await waysIn.addRecoveryCode(name: crashes % 2 == 0 ? "safe again" : "elsewhere")
            _ = try await signIn(world, with: again)
            #expect(try await world.signIn().notices == [.weakPasswordHash], "after call \(crashes)")
            crashes += 1
        }
        #expect(crashes > 8)
    }

    // Devices

    @Test func aDeviceSignsInWithItsOwnKey() async throws {
        let local = MemoryLocalState()
        let device = world.device(local: local)
        let context = try await world.signUp(on: device)
        try await WaysIn(context).addDevice(name: "laptop")
        let signedIn = try await world.device(local: local).signInWithDeviceKey(
            userName: alice, authDelivery: world.authDeliveryOrigin)
        #expect(signedIn.keyring.profileKey == context.keyring.profileKey)
        let list = try await WaysIn(signedIn).list()
        #expect(list.map(\.kind) == [.password, .device])
        #expect(list.map(\.isThisDevice) == [false, true])
        #expect(list.map(\.works) == [true, true])
        // Another device has no such key.
        let error = await #expect(throws: ClientError.self) {
            try await world.device().signInWithDeviceKey(userName: alice, authDelivery: world.authDeliveryOrigin)
        }
        #expect(error?.code == .notSignedIn)
    }

    @Test func aDeviceSlotThatTheOwnerDidNotSignIsNotOpened() async throws {
        let local = MemoryLocalState()
        let context = try await world.signUp(on: world.device(local: local))
        try await WaysIn(context).addDevice(name: "laptop")
        let name = DeviceKeys.localName(user: try alice, at: world.authDeliveryOrigin)
        let keys = try DeviceKeys(decoding: try #require(await local.read(name)))
        // A hostile server seals a profile key of its own to the device, whose public key it has.
        let forged = try ProfileSlot(
            sealing: ProfileKey.random(), scopeID: .random(), id: keys.profile.slotID,
            to: .device(keys.profile.slotKey.publicKey), signedBy: .random())
        await world.authDelivery.change("alice") { user in
            for index in user.slots.indices where user.slots[index].kind == .device {
                user.slots[index].body = Bytes(forged.encoded)
            }
        }
        let error = await #expect(throws: ClientError.self) {
            try await world.device(local: local).signInWithDeviceKey(
                userName: alice, authDelivery: world.authDeliveryOrigin)
        }
        #expect(error?.code == .notAuthentic)
    }

    // Removing

    @Test func thePasswordCanGoWhereAnotherWayInIsLeft() async throws {
        let context = try await world.signUp()
        let waysIn = WaysIn(context)
        let password = try await waysIn.find("password")
        let last = await #expect(throws: ClientError.self) { try await waysIn.remove(password) }
        #expect(last?.code == .lastWayIn)
        let code = try await waysIn.addRecoveryCode(name: "safe")
        try await waysIn.remove(password)
        #expect(await failure { try await world.signIn() } == .wrongPassword)
        let recovered = try await signIn(world, with: code)
        #expect(try await WaysIn(recovered).list().map(\.kind) == [.recovery])
        // A new password is made from nothing.
        try await WaysIn(recovered).changePassword(current: nil, new: try Password("another"))
        let signedIn = try await world.signIn(password: "another")
        #expect(!signedIn.notices.contains(.waysInDiffer))
        #expect(signedIn.keyring.storeSlots.contains { $0.recipient == .password })
        #expect(try await WaysIn(signedIn).list().map(\.works) == [true, true])
    }

    @Test func aRemovedCodeNoLongerSignsIn() async throws {
        let context = try await world.signUp()
        let waysIn = WaysIn(context)
        let code = try await waysIn.addRecoveryCode(name: "safe")
        try await waysIn.remove(try await waysIn.find("safe"))
        let error = await #expect(throws: ClientError.self) { try await signIn(world, with: code) }
        #expect(error?.code == .wrongPassword)
        let signedIn = try await world.signIn()
        #expect(signedIn.keyring.storeSlots.map(\.recipient) == [.password])
        #expect(signedIn.keyring.profileSlots.map(\.recipient) == [.password])
        #expect(signedIn.notices == [.weakPasswordHash])
    }

    @Test(arguments: FaultPlan.Moment.allCases)
    func aRemovalThatIsCutShortIsFinishedByTheNext(moment: FaultPlan.Moment) async throws {
        var crashes = 0
        while true {
            let world = try SimulatedWorld()
            let context = try await world.signUp()
            let code = try await WaysIn(context).addRecoveryCode(name: "safe")
            let way = try await WaysIn(context).find("safe")
            await world.faults.breakAfter(crashes, moment)
            do {
                try await WaysIn(context).remove(way)
                break
            } catch let error as ClientError {
                #expect(error.code == .notReachable)
            }
            await world.faults.heal()
            let waysIn = WaysIn(try await world.signIn())
            for left in try await waysIn.list() where left.kind == .recovery { try await waysIn.remove(left) }
            #expect(try await waysIn.list().map(\.kind) == [.password], "after call \(crashes)")
            #expect(await failure { try await signIn(world, with: code) } == .wrongPassword)
            crashes += 1
        }
        #expect(crashes > 8)
    }

    // Testing

    @Test func testingProvesWhatOpensAndChangesNothing() async throws {
        let local = MemoryLocalState()
        let context = try await world.signUp(on: world.device(local: local))
        let waysIn = WaysIn(context)
        let code = try await waysIn.addRecoveryCode(name: "safe")
        try await waysIn.addDevice(name: "laptop")
        let before = (await world.keyStore.users["alice"]?.slots, await world.keyStore.users["alice"]?.objects)
        try await waysIn.test(.password(try Password("correct horse")))
        try await waysIn.test(.recovery(code))
        try await waysIn.test(.device)
        let wrong = await #expect(throws: ClientError.self) {
            try await waysIn.test(.password(try Password("wrong")))
        }
        #expect(wrong?.code == .wrongPassword)
        let unknown = await #expect(throws: ClientError.self) { try await waysIn.test(.recovery(.random())) }
        #expect(unknown?.code == .unknownWayIn)
        let after = (await world.keyStore.users["alice"]?.slots, await world.keyStore.users["alice"]?.objects)
        #expect(before.0 == after.0)
        #expect(before.1 == after.1)
    }

    @Test func testingNoticesALoginKeyOfSomebodyElses() async throws {
        let context = try await world.signUp()
        let other = try LoginKey.random()
        await world.authDelivery.change("alice") { $0.login.publicKey = Bytes(other.publicKey.bytes) }
        let error = await #expect(throws: ClientError.self) {
            try await WaysIn(context).test(.password(try Password("correct horse")))
        }
        #expect(error?.code == .wrongPassword)
    }

    @Test func serversCannotTellThatTheWaysInBelongTogether() async throws {
        let context = try await world.signUp()
        _ = try await WaysIn(context).addRecoveryCode(name: "safe")
        try await WaysIn(context).addDevice(name: "laptop")
        func visible(_ server: SimulatedServer) async -> [[UInt8]] {
            guard let user = await server.users["alice"] else { return [] }
            return user.slots.map(\.id.array) + user.keys.values.map(\.publicKey.array)
                + user.slots.flatMap { slot -> [[UInt8]] in
                    let keys =
                        server.role == .keyStore
                        ? (try? StoreSlot(decoding: slot.body.array))?.header.publicKey?.bytes
                        : (try? ProfileSlot(decoding: slot.body.array))?.header.publicKey?.bytes
                    return keys.map { [$0] } ?? []
                }
        }
        let atKeyStore = Set(await visible(world.keyStore))
        #expect(atKeyStore.count == 3 + 2 + 2)
        #expect(atKeyStore.isDisjoint(with: await visible(world.authDelivery)))
    }
}
