import CloudMLSAPI
import CloudMLSClient
import KeyHierarchy
import Testing

@Suite struct ServerConnectionTests {
    private let tokens = SessionTokens(
        accessToken: "a1", accessExpires: 1_600, refreshToken: "r1", refreshExpires: 9_000)
    private let fresh = SessionTokens(
        accessToken: "a2", accessExpires: 2_600, refreshToken: "r2", refreshExpires: 9_000)

    private func service(
        now: UInt64 = 1_000, tokens: SessionTokens?, saved: Saved = Saved(), _ transport: ScriptedTransport
    ) throws -> HTTPKeyStoreService {
        HTTPKeyStoreService(
            ServerConnection(
                role: .keyStore, origin: try Origin(typed: "https://home.example.org"), transport: transport,
                now: { now }, tokens: tokens
            ) { await saved.note($0) })
    }

    /// What was made durable, in order.
    private actor Saved {
        private(set) var access: [String?] = []
        func note(_ tokens: SessionTokens?) { access.append(tokens?.accessToken) }
    }

    @Test func sendsTheTokenAndNoticesTheIncarnation() async throws {
        let transport = ScriptedTransport { _, _ in try .json(SlotList(slots: [])) }
        let service = try service(tokens: tokens, transport)
        #expect(await service.incarnation() == nil)
        #expect(try await service.slots().isEmpty)
        #expect(await transport.requests.map { $0.header("Authorization") } == ["Bearer a1"])
        #expect(await service.incarnation() == [UInt8](hex: HTTPExchangeResponse.incarnation))
    }

    @Test func asksForASignInWithoutTokens() async throws {
        let transport = ScriptedTransport { _, _ in try .json(SlotList(slots: [])) }
        let service = try service(tokens: nil, transport)
        let error = await #expect(throws: ClientError.self) { try await service.slots() }
        #expect(error?.code == .notSignedIn)
        #expect(await transport.requests.isEmpty)
    }

    @Test(arguments: [1_000 as UInt64, 1_590, 5_000])
    func renewsOnceForAllWhoWait(now: UInt64) async throws {
        let saved = Saved()
        let fresh = fresh
        // At 1,000 the token still looks good and the server refuses it; later it has expired by our clock.
        let transport = ScriptedTransport { request, _ in
            if request.path == "/v1/auth/refresh" { return try .json(fresh) }
            guard request.header("Authorization") == "Bearer a2" else { return try .refusal(.invalidToken) }
            return try .json(SlotList(slots: []))
        }
        let service = try service(now: now, tokens: tokens, saved: saved, transport)
        guard now < 5_000 else {
            // The new token is stale as well: it is renewed for each request, but never by two at a time.
            _ = try await service.slots()
            #expect(await transport.requests.first?.path == "/v1/auth/refresh")
            return
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 { group.addTask { _ = try await service.slots() } }
            try await group.waitForAll()
        }
        #expect(await transport.requests.count { $0.path == "/v1/auth/refresh" } == 1)
        #expect(await saved.access == ["a2"])
    }

    @Test func savesNewTokensBeforeTheirFirstUse() async throws {
        let saved = Saved()
        let fresh = fresh
        let transport = ScriptedTransport { request, _ in
            if request.path == "/v1/auth/refresh" { return try .json(fresh) }
            if request.header("Authorization") == "Bearer a2" {
                guard await saved.access == ["a2"] else { throw ClientError(.internalFault, "used before saved") }
                return try .json(SlotList(slots: []))
            }
            return try .refusal(.invalidToken)
        }
        _ = try await service(tokens: tokens, saved: saved, transport).slots()
    }

    @Test func dropsARenewalOfTokensThatAreForgotten() async throws {
        let saved = Saved()
        let fresh = fresh
        let connection = Guarded<ServerConnection?>(nil)
        let transport = ScriptedTransport { request, _ in
            guard request.path == "/v1/auth/refresh" else { return try .refusal(.invalidToken) }
            try await connection.withLock { $0 }?.adopt(nil)
            return try .json(fresh)
        }
        let service = try service(tokens: tokens, saved: saved, transport)
        connection.withLock { $0 = service.connection }
        let error = await #expect(throws: ClientError.self) { try await service.slots() }
        #expect(error?.code == .signedOut)
        #expect(await saved.access == [nil])
        #expect(await service.connection.currentTokens == nil)
    }

    @Test(arguments: ["", "00", String(repeating: "0", count: 34), String(repeating: "g", count: 32)])
    func refusesAnIncarnationOfAnotherForm(text: String) async throws {
        let transport = ScriptedTransport { _, _ in
            var answer = try HTTPExchangeResponse.json(SlotList(slots: []))
            answer.headers["cloudmls-incarnation"] = text
            return answer
        }
        let service = try service(tokens: tokens, transport)
        let error = await #expect(throws: ClientError.self) { try await service.slots() }
        #expect(error?.code == .malformedAnswer)
        #expect(await service.incarnation() == nil)
    }

    @Test func saysThatTheSessionIsOver() async throws {
        let transport = ScriptedTransport { request, _ in
            try .refusal(request.path == "/v1/auth/refresh" ? .invalidRefreshToken : .invalidToken)
        }
        let service = try service(tokens: tokens, transport)
        let error = await #expect(throws: ClientError.self) { try await service.slots() }
        #expect(error?.code == .signedOut)
        #expect(error?.hint.contains("Sign in again") == true)
    }

    @Test func doesNotRenewForEver() async throws {
        let fresh = fresh
        let transport = ScriptedTransport { request, _ in
            if request.path == "/v1/auth/refresh" { return try .json(fresh) }
            return try .refusal(.invalidToken)
        }
        let service = try service(tokens: tokens, transport)
        let error = await #expect(throws: ClientError.self) { try await service.slots() }
        #expect(error?.code == .signedOut)
        #expect(await transport.requests.count == 3)
    }

    @Test(arguments: [
        ("key-store/2", ClientError.Code.serverOfAnotherVersion), ("auth-delivery/1", .notTheExpectedServer),
        ("", .notTheExpectedServer),
    ])
    func looksAtTheProtocolFirst(tag: String, code: ClientError.Code) async throws {
        let transport = ScriptedTransport { _, _ in
            HTTPExchangeResponse(status: 500, headers: tag.isEmpty ? [:] : HTTPExchangeResponse.headers(tag))
        }
        let service = try service(tokens: tokens, transport)
        let error = await #expect(throws: ClientError.self) { try await service.serverInfo() }
        #expect(error?.code == code)
    }

    @Test func keepsWhatTheServerSaid() async throws {
        let transport = ScriptedTransport { _, _ in
            try .refusal(
                .revisionConflict,
                .init(code: .revisionConflict, message: "another", currentRevision: 7, operation: 3))
        }
        let service = try service(tokens: tokens, transport)
        let error = await #expect(throws: ClientError.self) {
            try await service.writeObjects([BatchOperation(name: [1], ifRevision: 0, body: nil)])
        }
        #expect(error?.code == .refused(.revisionConflict))
        #expect(error?.refusal?.currentRevision == 7)
        #expect(error?.refusal?.operation == 3)
    }

    @Test func refusesAnswersItCannotRead() async throws {
        let transport = ScriptedTransport { request, _ in
            HTTPExchangeResponse(
                status: request.path == "/v1/slots" ? 200 : 502, headers: HTTPExchangeResponse.headers("key-store/1"),
                body: Array("<html>".utf8))
        }
        let service = try service(tokens: tokens, transport)
        for call in [{ _ = try await service.slots() }, { _ = try await service.keyring() }] {
            let error = await #expect(throws: ClientError.self) { try await call() }
            #expect(error?.code == .malformedAnswer)
        }
    }

    @Test func asksAgainForWhatAReadLeftOut() async throws {
        let transport = ScriptedTransport { _, count in
            let names = count == 0 ? [1, 2] : [3 as UInt8]
            return try .json(
                ObjectsReadResponse(objects: names.map { StoredObject(name: [$0], revision: 1, body: [$0]) }))
        }
        let service = try service(tokens: tokens, transport)
        #expect(try await service.readObjects([[1], [2], [3]]).map(\.name) == [[1], [2], [3]])
        #expect(await transport.requests.count == 2)
    }

    @Test func refusesOtherObjectsThanItAskedFor() async throws {
        let transport = ScriptedTransport { _, _ in
            try .json(ObjectsReadResponse(objects: [StoredObject(name: [9], revision: 1, body: nil)]))
        }
        let service = try service(tokens: tokens, transport)
        let error = await #expect(throws: ClientError.self) { try await service.readObjects([[1]]) }
        #expect(error?.code == .malformedAnswer)
    }

    @Test(arguments: [(0 as UInt64, "If-None-Match", "*"), (7, "If-Match", "\"7\"")])
    func writesUnderAPrecondition(revision: UInt64, header: String, value: String) async throws {
        let transport = ScriptedTransport { _, _ in try .json(WriteResult(revision: revision + 1)) }
        let service = try service(tokens: tokens, transport)
        let result = try await service.writeKeyring(ifRevision: revision, KeyringWrite(body: [1]))
        #expect(result.revision == revision + 1)
        #expect(await transport.requests.first?.header(header) == value)
    }

    @Test func forgetsTheTokensAlsoWhereNobodyAnswers() async throws {
        let saved = Saved()
        let transport = ScriptedTransport { _, _ in throw ClientError(.notReachable, "no") }
        let service = try service(tokens: tokens, saved: saved, transport)
        await #expect(throws: ClientError.self) { try await service.logout() }
        #expect(await saved.access == [nil])
        let error = await #expect(throws: ClientError.self) { try await service.slots() }
        #expect(error?.code == .notSignedIn)
    }
}
