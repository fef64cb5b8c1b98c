import CloudMLSAPI
import KeyHierarchy
import KeyStoreServer
import NIOHTTP1
import ServerKit
import Testing

@Suite struct LoginTests {
    @Test func theServerProvesWhoItIs() async throws {
        let server = try await RunningKeyStore.start()
        let user = try await server.firstUser().user
        let preLogin = try await user.preLogin(at: server.http)
        #expect(preLogin.answer.serverID == server.setupCode?.serverID)
        #expect(preLogin.answer.kdf == user.kdf)
        await server.stop()
    }

    @Test func aWrongPasswordAndAnUnknownNameAreAlike() async throws {
        let server = try await RunningKeyStore.start()
        let user = try await server.firstUser().user
        let stranger = try TestUser("mallory")
        let wrong = try await user.login(at: server.http, key: try .random())
        let unknown = try await stranger.login(at: server.http)
        expect(wrong, .wrongCredentials)
        expect(unknown, .wrongCredentials)
        #expect(wrong.body == unknown.body)
        await server.stop()
    }

    @Test func preLoginTellsNothingAboutNames() async throws {
        let server = try await RunningKeyStore.start()
        let known = try await server.firstUser().user
        let unknown = try TestUser("mallory")
        let answers = (
            try await known.preLogin(at: server.http).response, try await unknown.preLogin(at: server.http).response
        )
        let kdfs = (try #require(answers.0.kdf), try #require(answers.1.kdf))
        #expect(kdfs.0.algorithm == kdfs.1.algorithm)
        #expect(kdfs.0.iterations == kdfs.1.iterations)
        #expect(kdfs.0.memoryKiB == kdfs.1.memoryKiB)
        #expect(kdfs.0.parallelism == kdfs.1.parallelism)
        #expect(kdfs.0.salt.array.count == kdfs.1.salt.array.count)
        // The same for ever, and another one for another name.
        #expect(try await unknown.preLogin(at: server.http).response.kdf == kdfs.1)
        #expect(try await TestUser("mallory2").preLogin(at: server.http).response.kdf != kdfs.1)
        for kind in [SlotKind.recovery, .device] {
            #expect(try await known.preLogin(at: server.http, kind: kind).response.kdf == nil)
            #expect(try await unknown.preLogin(at: server.http, kind: kind).response.kdf == nil)
        }
        await server.stop()
    }

    @Test func whatAnUnknownNameGetsSurvivesARestart() async throws {
        let first = try await RunningKeyStore.start()
        let unknown = try TestUser("mallory")
        let before = try await unknown.preLogin(at: first.http)
        await first.stop()
        let second = try await RunningKeyStore.start(in: first.folder)
        let after = try await unknown.preLogin(at: second.http)
        #expect(before.response.kdf == after.response.kdf)
        #expect(before.answer.serverID == after.answer.serverID)
        await second.stop()
    }

    @Test func aNonceIsGoodForOneLogin() async throws {
        let server = try await RunningKeyStore.start()
        let user = try await server.firstUser().user
        let preLogin = try await user.preLogin(at: server.http)
        #expect(try await user.login(at: server.http, after: preLogin).status == 200)
        expect(try await user.login(at: server.http, after: preLogin), .wrongCredentials)
        await server.stop()
    }

    @Test func aFailedLoginUsesTheNonceUpToo() async throws {
        let server = try await RunningKeyStore.start()
        let user = try await server.firstUser().user
        let preLogin = try await user.preLogin(at: server.http)
        expect(try await user.login(at: server.http, after: preLogin, key: .random()), .wrongCredentials)
        expect(try await user.login(at: server.http, after: preLogin), .wrongCredentials)
        await server.stop()
    }

    @Test func aNonceExpires() async throws {
        let server = try await RunningKeyStore.start()
        let user = try await server.firstUser().user
        let late = try await user.preLogin(at: server.http)
        server.clock.advance(by: Limits.preLoginLifetime)
        #expect(try await user.login(at: server.http, after: late).status == 200)
        let tooLate = try await user.preLogin(at: server.http)
        server.clock.advance(by: Limits.preLoginLifetime + 1)
        expect(try await user.login(at: server.http, after: tooLate), .wrongCredentials)
        await server.stop()
    }

    @Test func aNonceMadeForAnotherUserIsRefused() async throws {
        let server = try await RunningKeyStore.start()
        let alice = try await server.firstUser("alice").user
        let bob = try await server.nextUser("bob").user
        let preLogin = try await alice.preLogin(at: server.http)
        let statement = LoginStatement(
            role: .keyStore, serverID: preLogin.answer.serverID, userName: bob.name,
            serverNonce: preLogin.answer.serverNonce, clientNonce: preLogin.answer.question.clientNonce,
            origin: try Origin(typed: server.http.origin))
        let proof = try LoginProof(statement, signedBy: bob.loginKey(preLogin.answer.serverID))
        let answer = try await server.http.send(
            .POST, "/v1/auth/login",
            json: LoginRequest(
                user: "bob", kind: .password, clientNonce: Bytes(statement.clientNonce.bytes),
                serverNonce: Bytes(statement.serverNonce.bytes), origin: statement.origin.rawValue,
                signature: Bytes(proof.signature.bytes), deviceName: ""))
        expect(answer, .wrongCredentials)
        await server.stop()
    }

    @Test(arguments: [
        ("https://keys.example.org", true), ("https://keys.example.org:8443", false),
        ("http://keys.example.org", false), ("https://keys.example.org.evil.example", false),
        ("https://evil.example", false), ("http://127.0.0.1:9", true), ("http://[::1]:9", true),
        ("http://192.168.1.5:7464", true), ("https://10.1.2.3", true), ("https://172.32.0.1", false),
        ("https://8.8.8.8", false),
    ])
    func loginsSignedForAnotherAddressAreRefused(origin: String, isAllowed: Bool) async throws {
        let server = try await RunningKeyStore.start { configuration in
            configuration.registration = .open
            configuration.service.publicURLs = (try? [Origin(typed: "https://keys.example.org")]) ?? []
        }
        let user = try TestUser("alice")
        try await user.register(at: server.http, token: nil)
        let answer = try await user.login(at: server.http, origin: origin)
        if isAllowed { #expect(answer.status == 200) } else { expect(answer, .wrongOrigin) }
        await server.stop()
    }

    @Test func aDeviceKeyLogsInAsItsKindOnly() async throws {
        let server = try await RunningKeyStore.start()
        let alice = try await server.firstUser()
        let key = try LoginKey.random()
        let login = LoginMethod(kind: .device, publicKey: Bytes(key.publicKey.bytes), kdf: nil)
        let slot = try alice.user.deviceSlot()
        #expect(try await alice.putSlot(slot, kind: .device, login: login, ifRevision: 0).status == 200)
        #expect(try await alice.user.login(at: server.http, kind: .device, key: key).status == 200)
        expect(try await alice.user.login(at: server.http, kind: .recovery, key: key), .wrongCredentials)
        expect(try await alice.user.login(at: server.http, kind: .password, key: key), .wrongCredentials)
        await server.stop()
    }
}
