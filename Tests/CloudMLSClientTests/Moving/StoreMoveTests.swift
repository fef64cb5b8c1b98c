import CloudMLSAPI
import CloudMLSClient
import KeyHierarchy
import Synchronization
import Testing

/// A store moves between simulated key stores, and the device dies at every call.
@Suite struct StoreMoveTests {
    /// One device of Alice's; what it stores outlives it.
    private struct Device {
        let keys = MemorySessionStorage()
        let local = MemoryLocalState()

        func start(_ world: SimulatedWorld) -> Authenticator { world.device(keys: keys, local: local) }
    }

    private static let password = "correct horse"

    private func makeWorld() async throws -> (SimulatedWorld, Device, SetupCode) {
        let world = try SimulatedWorld()
        let device = Device()
        let context = try await world.signUp(on: device.start(world))
        for number in 0..<5 {
            let write = SealedWrite(path: "object \(number)", ifRevision: 0, body: [UInt8(number)])
            #expect(try await context.sealed.write([write]) == .written([1]))
        }
        let gone = SealedWrite(path: "object 4", ifRevision: 1, body: nil)
        #expect(try await context.sealed.write([gone]) == .written([2]))
        let code = SetupCode(
            origin: world.otherKeyStoreOrigin, serverID: await world.otherKeyStore.serverID,
            token: await world.otherKeyStore.invite())
        return (world, device, code)
    }

    @discardableResult
    private func move(
        _ world: SimulatedWorld, _ device: Device, to code: SetupCode, password: String = Self.password,
        name: String? = nil
    ) async throws -> Bool {
        let context = try await device.start(world).resume()
        return try await KeyStoreMoves(context, connector: world).move(
            to: code, userName: name.map { try UserName(typed: $0) }, password: { try Password(password) })
    }

    /// The device and a new one use the store at its new place.
    private func expectMoved(_ world: SimulatedWorld, _ device: Device) async throws {
        let context = try await device.start(world).resume()
        #expect(context.keyStoreOrigin == world.otherKeyStoreOrigin)
        let other = try await world.signIn()
        #expect(other.keyStoreOrigin == world.otherKeyStoreOrigin)
        #expect(other.alarms.isEmpty)
        for reader in [context, other] {
            let value = try await reader.sealed.value("object 3")
            #expect(value == SealedValue(revision: 1, body: [3]))
            #expect(try await reader.sealed.value("object 4") == SealedValue(revision: 2, body: nil))
        }
        let path = "written by \(await world.faults.calls)"
        let write = SealedWrite(path: path, ifRevision: 0, body: [1])
        #expect(try await context.sealed.write([write]) == .written([1]))
    }

    @Test func everythingMoves() async throws {
        let (world, device, code) = try await makeWorld()
        await world.faults.heal()
        #expect(try await move(world, device, to: code))
        #expect(await world.faults.calls == Self.calls)
        try await expectMoved(world, device)
        #expect(try await !move(world, device, to: code))
    }

    /// How many calls a whole move takes; the test below dies at each.
    private static let calls = 31

    @Test(arguments: FaultPlan.Moment.allCases, 0..<calls)
    func runAgainAfterAnEndAtAnyCall(moment: FaultPlan.Moment, count: Int) async throws {
        let (world, device, code) = try await makeWorld()
        await world.faults.breakAfter(count, moment)
        let isDone = (try? await move(world, device, to: code)) != nil
        await world.faults.heal()
        #expect(!isDone)
        try await move(world, device, to: code)
        try await expectMoved(world, device)
    }

    /// Whatever the moving device did, another one that is signed in gets on, once the old key store has let go.
    @Test(arguments: 0..<calls)
    func anotherDeviceFinishesWhatWasCommitted(count: Int) async throws {
        let (world, device, code) = try await makeWorld()
        let other = Device()
        let context = try await world.signIn(on: other.start(world))
        await world.faults.breakAfter(count, .afterCall)
        _ = try? await move(world, device, to: code)
        await world.faults.heal()
        let moves = KeyStoreMoves(context, connector: world)
        let reason = ClientError(refusal: .init(code: .storeMoved, message: ""))
        guard try await context.keyStore.moveStatus().state == .moved else {
            #expect(try await moves.follow(after: reason) == nil)
            try? await moves.cancel()
            let write = SealedWrite(path: "stays", ifRevision: 0, body: [1])
            #expect(try await context.sealed.write([write]) == .written([1]))
            return
        }
        #expect(try await moves.follow(after: reason) != nil)
        let resumed = try await other.start(world).resume()
        #expect(resumed.keyStoreOrigin == world.otherKeyStoreOrigin)
        #expect(try await resumed.sealed.value("object 3").body == [3])
        #expect(try await world.signIn().alarms.isEmpty)
        try await move(world, device, to: code)
        try await expectMoved(world, device)
    }

    /// Nor does it take a device that was there: a sign-in finishes it too.
    @Test(arguments: 0..<calls)
    func aSignInFinishesWhatWasCommitted(count: Int) async throws {
        let (world, device, code) = try await makeWorld()
        await world.faults.breakAfter(count, .afterCall)
        _ = try? await move(world, device, to: code)
        await world.faults.heal()
        let isCommitted = await world.keyStore.users["alice"]?.move.state == .moved
        let context = try await world.signIn()
        #expect(context.alarms.isEmpty)
        #expect(context.keyStoreOrigin == (isCommitted ? world.otherKeyStoreOrigin : world.keyStoreOrigin))
        #expect(try await context.sealed.value("object 3").body == [3])
        try await move(world, device, to: code)
        try await expectMoved(world, device)
    }

    @Test func aCancelledMoveLeavesNothingAndCanBeRunAgain() async throws {
        let (world, device, code) = try await makeWorld()
        await world.faults.breakAfter(14, .afterCall)
        _ = try? await move(world, device, to: code)
        await world.faults.heal()
        let context = try await device.start(world).resume()
        let write = SealedWrite(path: "object 3", ifRevision: 1, body: [33])
        let error = await #expect(throws: ClientError.self) { _ = try await context.sealed.write([write]) }
        #expect(error?.code == .refused(.storeMoving))
        #expect(error?.remedy == .cancelMove)
        #expect(try await context.sealed.value("object 3").body == [3])

        try await KeyStoreMoves(context, connector: world).cancel()
        #expect(try await context.sealed.write([write]) == .written([2]))
        #expect(try await move(world, device, to: code))
        let moved = try await device.start(world).resume()
        #expect(try await moved.sealed.value("object 3") == SealedValue(revision: 2, body: [33]))
    }

    @Test func aWrongPasswordChangesNothing() async throws {
        let (world, device, code) = try await makeWorld()
        let error = await #expect(throws: ClientError.self) {
            try await move(world, device, to: code, password: "another")
        }
        #expect(error?.code == .wrongPassword)
        let context = try await device.start(world).resume()
        let write = SealedWrite(path: "object 3", ifRevision: 1, body: [33])
        #expect(try await context.sealed.write([write]) == .written([2]))
        #expect(await world.otherKeyStore.users.isEmpty)
        #expect(try await move(world, device, to: code))
    }

    @Test func aTakenNameAsksForAnotherOne() async throws {
        let (world, device, code) = try await makeWorld()
        try await world.otherKeyStore.addStranger("alice")
        let error = await #expect(throws: ClientError.self) { try await move(world, device, to: code) }
        #expect(error?.code == .nameTaken)
        #expect(error?.remedy == .anotherName)
        let context = try await device.start(world).resume()
        #expect(try await context.keyStore.moveStatus().state == .active)
        #expect(try await move(world, device, to: code, name: "alice2"))
        try await expectMoved(world, device)
    }

    /// Moves, their ends at each call and those who follow pass every step by name, but for those of an archive.
    @Test func everyStepHasItsPoints() async throws {
        let points = Points()
        for count in 0...Self.calls {
            var (world, device, code) = try await makeWorld()
            world.environment.observer = { points.pass($0) }
            let other = Device()
            let context = try await world.signIn(on: other.start(world))
            let moves = KeyStoreMoves(context, connector: world)
            #expect(try await moves.follow(after: ClientError(.notReachable, "")) == nil)
            await world.faults.breakAfter(count, .afterCall)
            _ = try? await move(world, device, to: code)
            await world.faults.heal()
            if try await context.keyStore.moveStatus().state == .moving { try await moves.cancel() }
            _ = try await moves.follow(after: ClientError(refusal: .init(code: .storeMoved, message: "")))
            // Taken back by the move itself, where that has not come as far as to need no password.
            _ = try? await move(world, device, to: code, password: "another")
            try await move(world, device, to: code)
        }
        let ofAnArchive = ["MoveStep.readArchive", "MoveStep.readAnchor", "MoveStep.compareSource"]
        let names = ["MoveStep", "FollowStep", "CompletionStep"].flatMap { OperationCatalogue.actions[$0] ?? [] }
        #expect(names.count > 30)
        let expected = Set(names).subtracting(ofAnArchive).flatMap { name in
            OperationPoint.Moment.allCases.map { OperationPoint(action: name, $0).name }
        }
        let never = Set(expected).subtracting(points.passed).sorted()
        #expect(never.isEmpty, "never passed: \(never.joined(separator: ", "))")
    }

    /// A source that comes back from a backup is not believed: the profile has moved on, and so have the pins.
    @Test func aRestoredSourceStaysAside() async throws {
        let (world, device, code) = try await makeWorld()
        let before = try #require(await world.authDelivery.users["alice"]?.profile)
        #expect(try await move(world, device, to: code))
        await world.keyStore.change("alice") { $0.move = SimulatedMove() }
        await world.keyStore.restore()
        try await expectMoved(world, device)
        // Not even where the auth-delivery server joins in.
        await world.authDelivery.change("alice") { $0.profile = before }
        let error = await #expect(throws: ClientError.self) { try await world.signIn(on: device.start(world)) }
        #expect(error?.code == .rolledBack)
    }
}

/// The points that were passed.
private final class Points: Sendable {
    private let names = Mutex<Set<String>>([])

    var passed: Set<String> { names.withLock { $0 } }

    func pass(_ point: OperationPoint) { _ = names.withLock { $0.insert(point.name) } }
}

extension ClientContext {
    /// What a sign-in has to say of the key store; the passwords of tests are hashed weakly on purpose.
    fileprivate var alarms: [SignInNotice] { notices.filter { $0 != .weakPasswordHash } }
}

extension SimulatedServer {
    /// Somebody else with this name.
    fileprivate func addStranger(_ name: String) throws {
        let key = try LoginKey.random().publicKey
        users[name] = User(
            login: LoginMethod(
                kind: .password, publicKey: Bytes(key.bytes),
                kdf: KDFDescription(
                    stored: PasswordKDF(parameters: .cheap, salt: .random()))),
            slots: [])
    }
}
