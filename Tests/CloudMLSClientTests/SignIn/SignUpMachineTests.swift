import CloudMLSAPI
import CloudMLSClient
import KeyHierarchy
import MLSCodec
import Testing

/// The branches of the sign-up machine that no server's good behaviour reaches.
@Suite struct SignUpMachineTests {
    let world: SimulatedWorld

    init() throws { world = try SimulatedWorld() }

    /// Performs actions at the simulated servers, but answers those that `override` has an event for.
    private func signUp(
        _ override: @escaping (SignUp.Action) async throws -> SignUp.Event?
    ) async throws -> SignedIn {
        let token = await world.keyStore.invite()
        let machine = try SignUp(
            userName: try UserName(typed: "alice"), origin: world.authDeliveryOrigin,
            destination: .init(
                origin: world.keyStoreOrigin, serverID: await world.keyStore.serverID, certificatePin: nil,
                token: token),
            pins: nil, environment: world.environment)
        let authDelivery = world.authDelivery(at: world.authDeliveryOrigin, certificatePin: nil, tokens: nil) { _ in }
        let keyStore = world.keyStore(at: world.keyStoreOrigin, certificatePin: nil, tokens: nil) { _ in }
        let hasher = PasswordHasher(try Password("correct horse"), policy: world.environment.kdfPolicy)
        return try await ClientEnvironment.system.run(machine) { action in
            if let event = try await override(action) { return event }
            return try await Authenticator.perform(action, authDelivery, keyStore, hasher)
        }
    }

    @Test func readsTheAnchorAgainWhereAnotherDeviceWroteIt() async throws {
        var reads = 0
        var writes = 0
        _ = try await signUp { action in
            switch action {
            case .readAnchor:
                reads += 1
                return nil
            case .writeAnchor:
                writes += 1
                return writes == 1 ? .conflict : nil
            default:
                return nil
            }
        }
        #expect(reads == 2)
        #expect(writes == 2)
        try await world.signIn()
    }

    @Test func endsWhereAnAnchorIsNeitherShownNorTaken() async throws {
        let error = await #expect(throws: ClientError.self) {
            _ = try await signUp { action in
                switch action {
                case .readAnchor: .anchor(nil)
                case .writeAnchor: .conflict
                default: nil
                }
            }
        }
        #expect(error?.code == .busy)
    }

    @Test func leavesTheProfileToAnotherDevice() async throws {
        let error = await #expect(throws: ClientError.self) {
            _ = try await signUp { action in
                if case .writeProfile = action { .conflict } else { nil }
            }
        }
        #expect(error?.code == .busy)
    }

    @Test func signsTheSlotAnewAfterAnEarlierRun() async throws {
        // The first run ends after the first account; the key that signed its slot is lost with it.
        await #expect(throws: CancellationError.self) {
            _ = try await signUp { action in
                if case .registerAtKeyStore = action { throw CancellationError() }
                return nil
            }
        }
        var rewrites = 0
        let signedIn = try await signUp { action in
            if case .writeProfileSlot = action { rewrites += 1 }
            return nil
        }
        #expect(rewrites == 1)
        #expect(try await world.signIn().keyring == signedIn.keyring)
    }

    @Test func leavesTheSlotToAnotherDevice() async throws {
        await #expect(throws: CancellationError.self) {
            _ = try await signUp { action in
                if case .registerAtKeyStore = action { throw CancellationError() }
                return nil
            }
        }
        let error = await #expect(throws: ClientError.self) {
            _ = try await signUp { action in
                if case .writeProfileSlot = action { .conflict } else { nil }
            }
        }
        #expect(error?.code == .busy)
    }

    @Test func saysThatAServerTakesNoNewUsers() async throws {
        let error = await #expect(throws: ClientError.self) {
            _ = try await signUp { action in
                if case .registerAtAuthDelivery = action { .registrationRefused } else { nil }
            }
        }
        #expect(error?.code == .refused(.registrationRefused))
        #expect(await world.keyStore.calls.isEmpty)
    }

    @Test(arguments: [ServerRole.authDelivery, .keyStore])
    func endsWhereAServerForgetsWhomItRegistered(role: ServerRole) async throws {
        let error = await #expect(throws: ClientError.self) {
            _ = try await signUp { action in
                switch (role, action) {
                case (.authDelivery, .registerAtAuthDelivery), (.keyStore, .registerAtKeyStore): .registered
                default: nil
                }
            }
        }
        #expect(error?.code == .malformedAnswer)
    }

    @Test func refusesEventsOutOfTurn() throws {
        var machine = try SignUp(
            userName: try UserName(typed: "alice"), origin: world.authDeliveryOrigin,
            destination: .init(
                origin: world.keyStoreOrigin, serverID: nil, certificatePin: nil, token: nil),
            pins: nil, environment: world.environment)
        for event in [SignUp.Event.registered, .written, .conflict, .nameTaken, .profile(nil), .anchor(nil)] {
            let error = #expect(throws: ClientError.self) { try machine.handle(event) }
            #expect(error?.code == .internalFault)
        }
    }

    @Test(arguments: [ServerRole.authDelivery, .keyStore])
    func opensASlotWithASaltOfItsOwn(role: ServerRole) async throws {
        let first = try await world.signUp()
        // Login key and salt change, and the slot keeps its own, as after a move to another server.
        let server = role == .keyStore ? world.keyStore : world.authDelivery
        let kdf = PasswordKDF(parameters: .cheap)
        let key = try kdf.key(from: try Password("correct horse"), policy: world.environment.kdfPolicy)
        let login = LoginMethod(
            kind: .password,
            publicKey: Bytes(try key.loginKey(role: role, serverID: await server.serverID).publicKey.bytes),
            kdf: KDFDescription(stored: kdf))
        await server.change("alice") { $0.login = login }
        #expect(try await world.signIn().keyring == first.keyring)
        #expect(try await signUp { _ in nil }.keyring == first.keyring)
    }
}
