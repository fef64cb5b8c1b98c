import CloudMLSAPI
import CloudMLSClient
import KeyHierarchy
import Testing

@Suite struct PasswordLoginTests {
    private func machine() throws -> (PasswordLogin, SimulatedWorld) {
        let world = try SimulatedWorld()
        let login = PasswordLogin(
            role: .keyStore, origin: world.keyStoreOrigin, userName: try UserName(typed: "alice"), pinned: nil,
            environment: world.environment)
        return (login, world)
    }

    private func answer(_ step: Step<PasswordLogin.Action, PasswordLogin.Output>, _ world: SimulatedWorld) async throws
        -> PreLoginResponse
    {
        guard case .perform(.preLogin(let request)) = step else { throw ClientError(.internalFault, "no pre-login") }
        return try await world.keyStore.preLogin(request)
    }

    @Test func asksHashesAndSigns() async throws {
        var (login, world) = try machine()
        let response = try await answer(login.start(), world)
        guard case .perform(.deriveKey(let kdf)) = try login.handle(.answered(response)) else {
            Issue.record("no key was asked for")
            return
        }
        let key = try kdf.key(from: try Password("x"), policy: world.environment.kdfPolicy)
        guard case .perform(.logIn(let request)) = try login.handle(.passwordKey(key)) else {
            Issue.record("no login")
            return
        }
        #expect(request.origin == world.keyStoreOrigin.rawValue)
        #expect(request.deviceName.utf8.count <= 64)
        guard case .finished(let output) = try login.handle(.wrongCredentials) else {
            Issue.record("not at the end")
            return
        }
        #expect(output.isAccepted == false)
        #expect(output.serverID == (await world.keyStore.serverID))
        #expect(output.kdf == kdf)
    }

    @Test func refusesEventsOutOfTurn() async throws {
        var (login, world) = try machine()
        #expect(throws: ClientError.self) { try login.handle(.loggedIn) }
        let response = try await answer(login.start(), world)
        #expect(throws: ClientError.self) { try login.handle(.wrongCredentials) }
        _ = try login.handle(.answered(response))
        #expect(throws: ClientError.self) { try login.handle(.answered(response)) }
    }

    @Test(
        arguments: [
            { (response: inout PreLoginResponse) in response.identityKey = [] },
            { (response: inout PreLoginResponse) in response.serverNonce = Bytes([1]) },
            { (response: inout PreLoginResponse) in response.signature = [] },
            { (response: inout PreLoginResponse) in response.kdf = nil },
            { (response: inout PreLoginResponse) in response.kdf?.salt = [] },
            { (response: inout PreLoginResponse) in response.signature.array[0] ^= 1 },
            { (response: inout PreLoginResponse) in response.serverNonce.array[0] ^= 1 },
            { (response: inout PreLoginResponse) in response.expires += 1 },
            { (response: inout PreLoginResponse) in response.kdf?.salt.array[0] ^= 1 },
        ] as [@Sendable (inout PreLoginResponse) -> Void])
    func refusesAnAlteredAnswer(alter: @Sendable (inout PreLoginResponse) -> Void) async throws {
        var (login, world) = try machine()
        var response = try await answer(login.start(), world)
        alter(&response)
        let error = #expect(throws: ClientError.self) { try login.handle(.answered(response)) }
        #expect(error?.code == .malformedAnswer || error?.code == .notTheExpectedServer)
    }
}
