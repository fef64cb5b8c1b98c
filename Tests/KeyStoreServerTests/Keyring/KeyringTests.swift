import CloudMLSAPI
import KeyHierarchy
import KeyStoreServer
import NIOHTTP1
import ServerKit
import Testing

@Suite struct KeyringTests {
    @Test func theKeyringIsReplacedUnderAPrecondition() async throws {
        let server = try await RunningKeyStore.start()
        let alice = try await server.firstUser("alice")
        let bob = try await server.nextUser("bob")
        let write = KeyringWrite(body: [4, 5])
        expect(try await alice.http.send(.PUT, "/v1/keyring", json: write), .preconditionRequired)
        let unused = try await alice.http.send(.PUT, "/v1/keyring", json: write, headers: ["If-None-Match": "*"])
        expect(unused, .revisionConflict)
        #expect(unused.error?.currentRevision == 1)
        let written = try await alice.http.send(.PUT, "/v1/keyring", json: write, headers: ["If-Match": "\"1\""])
        #expect(try written.json() == WriteResult(revision: 2))
        let read = try await alice.http.send(.GET, "/v1/keyring")
        #expect(read.etag == "\"2\"")
        #expect(
            try read.json()
                == StoredKeyring(storeID: Bytes(alice.user.storeID.bytes), revision: 2, body: [4, 5]))
        #expect(try await bob.http.send(.GET, "/v1/keyring").json(StoredKeyring.self).revision == 1)
        await server.stop()
    }
}
