import CloudMLSAPI
import CloudMLSClient
import KeyHierarchy
import Testing

@Suite struct PasswordChangeTests {
    let world: SimulatedWorld

    init() throws { world = try SimulatedWorld() }

    private func change(
        _ world: SimulatedWorld, _ context: ClientContext, from current: String? = "correct horse",
        to new: String = "battery staple", parameters: KDFParameters? = nil, allowsWeaker: Bool = false
    ) async throws -> [ServerRole] {
        try await WaysIn(context).changePassword(
            current: try current.map { try Password($0) }, new: try Password(new), parameters: parameters,
            allowsWeakerHash: allowsWeaker)
    }

    @Test func oneSlotAndOneLoginKeyChangeAtEachServer() async throws {
        let context = try await world.signUp()
        let before = (await world.keyStore.users["alice"], await world.authDelivery.users["alice"])
        await world.keyStore.forgetCalls()
        await world.authDelivery.forgetCalls()
        #expect(try await change(world, context) == [.keyStore, .authDelivery])
        let writes = await (world.keyStore.calls + world.authDelivery.calls).filter { $0.contains("write") }
        #expect(writes == ["key-store write slot", "auth-delivery write anchor", "auth-delivery write slot"])
        let after = (await world.keyStore.users["alice"], await world.authDelivery.users["alice"])
        #expect(before.0?.keyring == after.0?.keyring)
        #expect(before.0?.login.publicKey != after.0?.login.publicKey)
        #expect(before.1?.login.publicKey != after.1?.login.publicKey)
        // The slot keeps its id, and each server has a salt of its own.
        #expect(before.0?.slots.map(\.id) == after.0?.slots.map(\.id))
        #expect(after.0?.login.kdf?.salt != after.1?.login.kdf?.salt)

        let signedIn = try await world.signIn(password: "battery staple")
        #expect(signedIn.keyring == context.keyring)
        // The anchor knows the new slots.
        #expect(!signedIn.notices.contains(.waysInDiffer))
        let error = await #expect(throws: ClientError.self) { try await world.signIn() }
        #expect(error?.code == .wrongPassword)
    }

    @Test func aWrongCurrentPasswordChangesNothing() async throws {
        let context = try await world.signUp()
        let error = await #expect(throws: ClientError.self) { try await change(world, context, from: "wrong") }
        #expect(error?.code == .wrongPassword)
        try await world.signIn()
    }

    /// Killed anywhere, exactly one password works at each server, and the same run again finishes.
    @Test(arguments: FaultPlan.Moment.allCases)
    func canBeRunAgainAfterACrashAnywhere(moment: FaultPlan.Moment) async throws {
        var crashes = 0
        var halves = 0
        while true {
            let world = try SimulatedWorld()
            let context = try await world.signUp()
            await world.faults.breakAfter(crashes, moment)
            do {
                _ = try await change(world, context)
                break
            } catch let error as ClientError {
                #expect(error.code == .notReachable)
            }
            await world.faults.heal()
            // Which passwords work now: each server takes exactly one.
            let old = await signInError(world, "correct horse")
            let new = await signInError(world, "battery staple")
            switch (old, new) {
            case (nil, .wrongPassword?), (.wrongPassword?, nil): break
            case (.passwordsDiffer?, .wrongPassword?):
                halves += 1
                try await world.signIn(password: "correct horse", keyStorePassword: "battery staple")
            default: Issue.record("after call \(crashes): old \(old as Any), new \(new as Any)")
            }
            _ = try await change(world, context)
            let signedIn = try await world.signIn(password: "battery staple")
            #expect(signedIn.keyring == context.keyring, "after call \(crashes)")
            crashes += 1
        }
        // Slots of both, write, slots, anchor, write anchor, write.
        #expect(crashes >= 7)
        #expect(halves >= 3)
    }

    private func signInError(_ world: SimulatedWorld, _ password: String) async -> ClientError.Code? {
        do {
            try await world.signIn(password: password)
            return nil
        } catch {
            return (error as? ClientError)?.code
        }
    }

    @Test func aSecondRunFindsNothingToDo() async throws {
        let context = try await world.signUp()
        _ = try await change(world, context)
        #expect(try await change(world, context) == [])
    }

    @Test func theSamePasswordCanBeHashedAnew() async throws {
        let context = try await world.signUp()
        let stronger = KDFParameters.argon2id(memoryKiB: 16, iterations: 2, parallelism: 1)
        _ = try await change(world, context, to: "correct horse", parameters: stronger)
        #expect(await world.keyStore.users["alice"]?.login.kdf?.memoryKiB == 16)
        #expect(await world.authDelivery.users["alice"]?.login.kdf?.iterations == 2)
        try await world.signIn()
    }

    @Test(
        arguments: [
            .argon2id(memoryKiB: 8, iterations: 2, parallelism: 1),
            .argon2id(memoryKiB: 16, iterations: 1, parallelism: 1), .pbkdf2HMACSHA512(iterations: 10_000_000),
        ] as [KDFParameters])
    func aWeakerHashIsRefused(weaker: KDFParameters) async throws {
        let context = try await world.signUp()
        let stronger = KDFParameters.argon2id(memoryKiB: 16, iterations: 2, parallelism: 1)
        _ = try await change(world, context, to: "correct horse", parameters: stronger)
        let error = await #expect(throws: ClientError.self) { try await change(world, context, parameters: weaker) }
        #expect(error?.code == .unacceptableKDF)
        try await world.signIn()
    }

    @Test func aWeakerHashCanBeAllowed() async throws {
        let context = try await world.signUp()
        _ = try await change(
            world, context, parameters: .pbkdf2HMACSHA512(iterations: 2), allowsWeaker: true)
        #expect(await world.keyStore.users["alice"]?.login.kdf?.algorithm == .pbkdf2HMACSHA512)
    }

    @Test func parametersOutsideTheRangeAreRefusedBeforeAnyWork() async throws {
        let context = try await world.signUp()
        await world.keyStore.forgetCalls()
        let huge = KDFParameters.argon2id(memoryKiB: 2 << 20, iterations: 3, parallelism: 1)
        let error = await #expect(throws: ClientError.self) { try await change(world, context, parameters: huge) }
        #expect(error?.code == .unacceptableKDF)
        #expect(await world.keyStore.calls == [])
    }
}
