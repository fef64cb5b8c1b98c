package import CloudMLSAPI
package import KeyHierarchy

/// The routes that both servers have, over HTTP.
package protocol HTTPService: AuthenticationService {
    var connection: ServerConnection { get }
}

extension HTTPService {
    package var origin: Origin { connection.origin }

    package func incarnation() async -> [UInt8]? { await connection.incarnation }

    package func serverInfo() async throws -> ServerInfo {
        try await connection.sendOpenKnown(HTTPExchangeRequest(.get, "/v1/server"))
            .decoded(ServerInfo.self, from: connection.origin)
    }

    package func preLogin(_ request: PreLoginRequest) async throws -> PreLoginResponse {
        try await postOpen("/v1/auth/prelogin", request).decoded(PreLoginResponse.self, from: connection.origin)
    }

    package func login(_ request: LoginRequest) async throws -> SessionTokens {
        let tokens = try await postOpen("/v1/auth/login", request)
            .decoded(SessionTokens.self, from: connection.origin)
        try await connection.adopt(tokens)
        return tokens
    }

    package func logout() async throws {
        // The tokens go in either case: a server that cannot be reached must not keep a device signed in.
        do {
            _ = try await connection.send(HTTPExchangeRequest(.post, "/v1/auth/logout"))
        } catch {
            try await connection.adopt(nil)
            throw error
        }
        try await connection.adopt(nil)
    }

    package func slots() async throws -> [StoredSlot] {
        try await get("/v1/slots", SlotList.self).slots
    }

    package func writeSlot(id: [UInt8], ifRevision: UInt64, _ slot: SlotWrite) async throws -> WriteResult {
        var request = HTTPExchangeRequest(.put, "/v1/slots/\(id.hex)")
        try request.setJSON(slot)
        request.setPrecondition(ifRevision)
        // A password's login key is made for one server: it must not follow a store to another one.
        return try await connection.sendKnown(request).decoded(WriteResult.self, from: connection.origin)
    }

    package func deleteSlot(id: [UInt8], ifRevision: UInt64) async throws {
        var request = HTTPExchangeRequest(.delete, "/v1/slots/\(id.hex)")
        request.setPrecondition(ifRevision)
        _ = try await connection.send(request)
    }

    package func sessions() async throws -> [SessionRecord] {
        try await get("/v1/sessions", SessionList.self).sessions
    }

    package func endSession(_ id: Int64) async throws {
        _ = try await connection.send(HTTPExchangeRequest(.delete, "/v1/sessions/\(id)"))
    }

    package func endOtherSessions() async throws {
        _ = try await connection.send(HTTPExchangeRequest(.delete, "/v1/sessions"))
    }
}

extension HTTPService {
    func postOpen(_ path: String, _ body: some Encodable) async throws -> HTTPExchangeResponse {
        var request = HTTPExchangeRequest(.post, path)
        try request.setJSON(body)
        return try await connection.sendOpen(request)
    }

    func get<Answer: Decodable>(_ path: String, _ type: Answer.Type, timeout: Int = 30) async throws -> Answer {
        var request = HTTPExchangeRequest(.get, path)
        request.timeout = timeout
        return try await connection.send(request).decoded(type, from: connection.origin)
    }

    /// Like `get`, but nil where there is no such thing.
    func find<Answer: Decodable>(_ path: String, _ type: Answer.Type) async throws -> Answer? {
        do {
            return try await get(path, type)
        } catch let error as ClientError where error.code == .refused(.notFound) {
            return nil
        }
    }

    @discardableResult
    func post(
        _ path: String, _ body: some Encodable, idempotencyKey: [UInt8]? = nil
    ) async throws -> HTTPExchangeResponse {
        var request = HTTPExchangeRequest(.post, path)
        try request.setJSON(body)
        if let idempotencyKey {
            request.headers.append((HeaderName.idempotencyKey, idempotencyKey.hex))
        }
        return try await connection.send(request)
    }

    func post<Answer: Decodable>(
        _ path: String, _ body: some Encodable, idempotencyKey: [UInt8]? = nil, answer: Answer.Type
    ) async throws -> Answer {
        try await post(path, body, idempotencyKey: idempotencyKey).decoded(answer, from: connection.origin)
    }

    func put(_ path: String, _ body: some Encodable, ifRevision: UInt64) async throws -> WriteResult {
        var request = HTTPExchangeRequest(.put, path)
        try request.setJSON(body)
        request.setPrecondition(ifRevision)
        return try await connection.send(request).decoded(WriteResult.self, from: connection.origin)
    }

    func misfit(_ what: String) -> ClientError {
        ClientError(.malformedAnswer, "\(origin) answered with \(what).")
    }
}
