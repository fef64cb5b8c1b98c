import CloudMLSAPI
import Foundation
import KeyHierarchy
import KeyStoreServer
import NIOHTTP1
import ServerKit
import Testing

@Suite struct RegistrationTests {
    @Test func theSetupCodeLetsOneUserIn() async throws {
        let server = try await RunningKeyStore.start()
        let code = try #require(server.setupCode)
        let user = try TestUser("alice")
        try await user.register(at: server.http, token: code.token)
        let signedIn = try await user.signIn(at: server.http)
        #expect(try await signedIn.slots().map(\.kind) == [.password])
        let keyring = try await signedIn.http.send(.GET, "/v1/keyring").json(StoredKeyring.self)
        #expect(keyring == StoredKeyring(storeID: Bytes(user.storeID.bytes), revision: 1, body: [1, 2, 3]))
        await server.stop()
    }

    @Test func theSameRequestAgainIsRefused() async throws {
        let server = try await RunningKeyStore.start()
        let user = try TestUser("alice")
        let body = try user.registration(
            serverID: server.application.core.identity.serverID, token: server.setupCode?.token)
        #expect(try await server.http.send(.POST, "/v1/register", json: body).status == 201)
        expect(try await server.http.send(.POST, "/v1/register", json: body), .registrationRefused)
        await server.stop()
    }

    @Test func aCodeOfAnotherServerAndNoCodeAreRefused() async throws {
        let server = try await RunningKeyStore.start()
        let user = try TestUser("alice")
        for token in [nil, SetupToken.random()] {
            let body = try user.registration(serverID: server.application.core.identity.serverID, token: token)
            expect(try await server.http.send(.POST, "/v1/register", json: body), .registrationRefused)
        }
        await server.stop()
    }

    @Test func aCodeExpires() async throws {
        let server = try await RunningKeyStore.start()
        let user = try TestUser("alice")
        let body = try user.registration(
            serverID: server.application.core.identity.serverID, token: server.setupCode?.token)
        server.clock.advance(by: Limits.setupCodeLifetime)
        expect(try await server.http.send(.POST, "/v1/register", json: body), .registrationRefused)
        await server.stop()
    }

    @Test func aTakenNameLeavesTheCodeUnused() async throws {
        let server = try await RunningKeyStore.start()
        _ = try await server.firstUser("alice")
        let code = try await Invitation.make(
            dataFolder: server.folder.dataFolder, publicURL: nil, clock: server.clock.clock)
        let serverID = server.application.core.identity.serverID
        let second = try TestUser("alice").registration(serverID: serverID, token: code.token)
        expect(try await server.http.send(.POST, "/v1/register", json: second), .nameTaken)
        try await TestUser("bob").register(at: server.http, token: code.token)
        await server.stop()
    }

    @Test func anInvitationCarriesAddressAndServer() async throws {
        let server = try await RunningKeyStore.start()
        let folder = server.folder.dataFolder
        let code = try await Invitation.make(dataFolder: folder, publicURL: nil)
        #expect(code.origin.rawValue == server.http.origin)
        #expect(code.serverID == server.application.core.identity.serverID)
        let elsewhere = try Origin(typed: "https://keys.example.org:7464")
        #expect(try await Invitation.make(dataFolder: folder, publicURL: elsewhere).origin == elsewhere)
        await server.stop()
    }

    @Test func theCodeIsInAPrivateFileUntilSomebodyRegisters() async throws {
        let server = try await RunningKeyStore.start()
        let file = server.folder.url.appending(path: "data/setup-code")
        let text = try String(contentsOf: file, encoding: .utf8)
        #expect(try SetupCode(text: text) == server.setupCode)
        let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        _ = try await server.firstUser()
        #expect(!FileManager.default.fileExists(atPath: file.path))
        await server.stop()
    }

    @Test func openRegistrationTakesNoCode() async throws {
        let server = try await RunningKeyStore.start { $0.registration = .open }
        let user = try TestUser("alice")
        try await user.register(at: server.http, token: nil)
        _ = try await user.signIn(at: server.http)
        await server.stop()
    }

    @Test(arguments: [
        "user", "store id", "kind", "key", "salt", "no kdf", "slot", "keyring",
    ])
    func whatDoesNotFitIsRefused(field: String) async throws {
        let server = try await RunningKeyStore.start { $0.registration = .open }
        let user = try TestUser("alice")
        var body = try user.registration(serverID: server.application.core.identity.serverID, token: nil)
        var code = ErrorCode.badRequest
        switch field {
        case "user": body.user = "Alice"
        case "store id": body.storeID = [1]
        case "kind": body.login.kind = .device
        case "key": body.login.publicKey = [1]
        case "salt": body.login.kdf?.salt = [1]
        case "no kdf": body.login.kdf = nil
        case "slot": body.slot = [1, 2, 3]
        default:
            body.keyring = Bytes([UInt8](repeating: 0, count: Limits.smallBody + 1))
            code = .tooLarge
        }
        expect(try await server.http.send(.POST, "/v1/register", json: body), code)
        #expect(try await server.http.send(.POST, "/v1/register", json: body).status != 201)
        await server.stop()
    }
}
