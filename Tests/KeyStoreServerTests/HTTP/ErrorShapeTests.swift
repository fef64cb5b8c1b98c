import CloudMLSAPI
import KeyHierarchy
import KeyStoreServer
import NIOHTTP1
import ServerKit
import Testing

@Suite struct ErrorShapeTests {
    @Test func everyAnswerHasTheCommonHeaders() async throws {
        let server = try await RunningKeyStore.start()
        let alice = try await server.firstUser()
        for path in ["/health", "/v1/server", "/v1/keyring", "/v1/slots", "/v1/changes", "/nowhere", "/v1/objects/x"] {
            expectCommonHeaders(try await alice.http.send(.GET, path))
        }
        let info = try await server.http.send(.GET, "/v1/server").json(ServerInfo.self)
        #expect(info.role == .keyStore)
        #expect(info.serverID.array == server.setupCode?.serverID.bytes)
        let incarnation = try await server.http.send(.GET, "/health").headers.first(name: HeaderName.incarnation)
        #expect(incarnation == info.incarnation.array.hex)
        await server.stop()
    }

    @Test(arguments: ["/", "/v1", "/v1/", "/v2/server", "/v1/object", "/v1/objects/a/b"])
    func anUnknownRouteIsNotFound(path: String) async throws {
        let server = try await RunningKeyStore.start()
        expect(try await server.http.send(.GET, path), .notFound)
        await server.stop()
    }

    @Test(arguments: [
        (HTTPMethod.POST, "/health", "GET"), (.PUT, "/v1/register", "POST"), (.DELETE, "/v1/keyring", "GET, PUT"),
        (.POST, "/v1/objects/abc", "DELETE, GET, PUT"), (.OPTIONS, "/v1/slots", "GET"),
    ])
    func anotherMethodIsNotAllowed(method: HTTPMethod, path: String, allowed: String) async throws {
        let server = try await RunningKeyStore.start()
        let answer = try await server.http.send(method, path)
        expect(answer, .methodNotAllowed)
        #expect(answer.headers.first(name: "Allow") == allowed)
        await server.stop()
    }

    @Test(arguments: [
        "", "{", "null", "[]", "17", "{}", #"{"user":"secret-value"}"#,
        #"{"user":"secret-value","kind":"nonsense","clientNonce":"AA=="}"#,
        #"{"user":"alice","kind":"password","clientNonce":"secret-value!"}"#,
        #"{"user":["secret-value"],"kind":"password","clientNonce":"AA=="}"#,
        #"{"user":"alice","kind":"password","clientNonce":"AA=="}"#,
        String(repeating: "[", count: 10_000),
    ])
    func badJSONIsRefusedWithoutAnEcho(text: String) async throws {
        let server = try await RunningKeyStore.start()
        let answer = try await server.http.send(.POST, "/v1/auth/prelogin", body: Array(text.utf8))
        expect(answer, .badRequest)
        #expect(answer.error?.message.contains("secret-value") == false)
        await server.stop()
    }

    @Test func bodiesThatAreNotUTF8AreRefused() async throws {
        let server = try await RunningKeyStore.start()
        expect(try await server.http.send(.POST, "/v1/auth/prelogin", body: [0xff, 0xfe, 0x00]), .badRequest)
        await server.stop()
    }

    @Test func aLargeBodyIsRefusedBeforeItIsTakenIn() async throws {
        let server = try await RunningKeyStore.start()
        let body = [UInt8](repeating: 0x20, count: 4 << 20)
        expect(try await server.http.send(.POST, "/v1/auth/prelogin", body: body), .tooLarge)
        // The server goes on.
        #expect(try await server.http.send(.GET, "/health").status == 200)
        await server.stop()
    }
}
