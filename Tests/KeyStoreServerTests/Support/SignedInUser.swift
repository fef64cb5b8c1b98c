import CloudMLSAPI
import Foundation
import KeyHierarchy
import MLSCodec
import NIOHTTP1
import Testing

/// A user with a session.
struct SignedInUser: Sendable {
    var user: TestUser
    var http: TestHTTP
    var tokens: SessionTokens

    init(user: TestUser, at http: TestHTTP, tokens: SessionTokens) {
        self.user = user
        self.http = http
        self.tokens = tokens
        self.http.accessToken = tokens.accessToken
    }

    static func path(_ name: [UInt8]) -> String { "/v1/objects/\(name.hex)" }

    /// A name that no other call gives.
    static func freshName() -> [UInt8] { LoginNonce.random().bytes }

    static func headers(ifRevision revision: UInt64) -> [String: String] {
        revision == 0 ? ["If-None-Match": "*"] : ["If-Match": "\"\(revision)\""]
    }

    func put(_ name: [UInt8], _ body: [UInt8], ifRevision: UInt64) async throws -> TestHTTP.Answer {
        try await http.send(.PUT, Self.path(name), body: body, headers: Self.headers(ifRevision: ifRevision))
    }

    func get(_ name: [UInt8]) async throws -> TestHTTP.Answer { try await http.send(.GET, Self.path(name)) }

    func delete(_ name: [UInt8], ifRevision: UInt64) async throws -> TestHTTP.Answer {
        try await http.send(.DELETE, Self.path(name), headers: Self.headers(ifRevision: ifRevision))
    }

    func batch(_ operations: [BatchOperation]) async throws -> TestHTTP.Answer {
        try await http.send(.POST, "/v1/objects/batch", json: BatchRequest(operations: operations))
    }

    func changes(after cursor: UInt64 = 0, limit: Int = 1_000) async throws -> ChangesResponse {
        try await http.send(.GET, "/v1/changes?after=\(cursor)&limit=\(limit)").json()
    }

    func slots() async throws -> [StoredSlot] {
        try await http.send(.GET, "/v1/slots").json(SlotList.self).slots
    }

    func putSlot(
        _ slot: StoreSlot, kind: SlotKind, login: LoginMethod?, ifRevision: UInt64
    ) async throws -> TestHTTP.Answer {
        try await http.send(
            .PUT, "/v1/slots/\(slot.id.hex)",
            json: SlotWrite(kind: kind, body: Bytes(slot.encoded), login: login),
            headers: Self.headers(ifRevision: ifRevision))
    }

    func deleteSlot(_ id: SlotID, ifRevision: UInt64) async throws -> TestHTTP.Answer {
        try await http.send(.DELETE, "/v1/slots/\(id.hex)", headers: Self.headers(ifRevision: ifRevision))
    }

    /// Whether the session's access token is good.
    func isSignedIn() async throws -> Bool { try await http.send(.GET, "/v1/keyring").status == 200 }

    /// Exchanges the refresh token.
    func refresh() async throws -> TestHTTP.Answer {
        try await TestHTTP(origin: http.origin)
            .send(.POST, "/v1/auth/refresh", json: RefreshRequest(refreshToken: tokens.refreshToken))
    }
}
