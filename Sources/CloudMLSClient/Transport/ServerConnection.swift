package import CloudMLSAPI
import Foundation
package import KeyHierarchy

/// One server as the services see it: it sends requests with the session's access token, renews that unseen, and turns
/// everything that is not a success into a `ClientError`.
package actor ServerConnection {
    package nonisolated let role: ServerRole
    package nonisolated let origin: Origin
    private let transport: any HTTPTransport
    private let now: @Sendable () -> UInt64
    /// Called with new tokens before they are used for the first time.
    private let persist: @Sendable (SessionTokens?) async throws -> Void
    private var tokens: SessionTokens?
    private var renewal: Task<SessionTokens, any Error>?
    /// Counts the tokens that were given from outside, so that a renewal of earlier ones is noticed.
    private var adoptions = 0
    private var lastIncarnation: [UInt8]?
    var succession = ServerSuccession()

    /// - Parameters:
    ///   - tokens: a stored session's, or nil before the login.
    ///   - persist: stores new tokens durably. A refresh token is good for one use: what is lost between the server's
    ///     answer and this call costs a new sign-in, never more.
    package init(
        role: ServerRole, origin: Origin, transport: any HTTPTransport, now: @escaping @Sendable () -> UInt64,
        tokens: SessionTokens? = nil, persist: @escaping @Sendable (SessionTokens?) async throws -> Void = { _ in }
    ) {
        self.role = role
        self.origin = origin
        self.transport = transport
        self.now = now
        self.tokens = tokens
        self.persist = persist
    }

    /// 16 bytes, from the newest answer.
    package var incarnation: [UInt8]? {
        get async {
            if let successor = succession.found { return await successor.incarnation }
            return lastIncarnation
        }
    }

    /// The session's tokens as they are now.
    package var currentTokens: SessionTokens? { tokens }

    /// Stores the tokens and uses them from now on; nil forgets them.
    package func adopt(_ tokens: SessionTokens?) async throws {
        adoptions += 1
        if tokens != nil { try await persist(tokens) }
        self.tokens = tokens
        renewal = nil
        if tokens == nil { try await persist(nil) }
    }

    /// Sends a request without a token.
    package func sendOpen(_ request: HTTPExchangeRequest) async throws -> HTTPExchangeResponse {
        let answer = try await transport.exchange(request)
        try check(answer)
        return answer
    }

    /// Sends a request to this very server with the session's token, renewed before it expires or where the server does
    /// not take it.
    package func sendHere(_ request: HTTPExchangeRequest) async throws -> HTTPExchangeResponse {
        try await authorizing(request) { try await sendOpen($0) }
    }

    /// Opens an answer that goes on for long, here or at the server that has taken this one's place; it ends with the
    /// session that it began with.
    package func open(_ request: HTTPExchangeRequest) async throws -> HTTPStreamResponse {
        if let successor = succession.found { return try await successor.open(request) }
        return try await authorizing(request) { request in
            let answer = try await transport.open(request)
            var complete = HTTPExchangeResponse(status: answer.status, headers: answer.headers)
            if answer.status >= 300 {
                for try await bytes in answer.body where complete.body.count <= Limits.smallBody {
                    complete.body += bytes
                }
            }
            try check(complete)
            return answer
        }
    }

    private func authorizing<Answer>(
        _ request: HTTPExchangeRequest, _ send: (HTTPExchangeRequest) async throws -> Answer
    ) async throws -> Answer {
        let used = try await validTokens()
        do {
            return try await send(request.authorized(used))
        } catch let error as ClientError where error.code == .refused(.invalidToken) {
            // Another task may have renewed it meanwhile; otherwise this one does, once.
            let renewed = try await renewedTokens(replacing: used)
            do {
                return try await send(request.authorized(renewed))
            } catch let error as ClientError where error.code == .refused(.invalidToken) {
                throw signedOut()
            }
        }
    }

    private func validTokens() async throws -> SessionTokens {
        guard let tokens else {
            throw ClientError(.notSignedIn, "Nobody is signed in at \(origin).", hint: "Sign in first.")
        }
        // A margin, so that the token is still good when the request arrives.
        guard tokens.accessExpires <= now() + 30 else { return tokens }
        return try await renewedTokens(replacing: tokens)
    }

    private func renewedTokens(replacing old: SessionTokens) async throws -> SessionTokens {
        guard let tokens else { throw signedOut() }
        guard tokens.accessToken == old.accessToken else { return tokens }
        if let renewal { return try await renewal.value }
        // A task of its own: that one caller is cancelled must not lose the answer, and with it the session.
        let task = Task { try await self.renew(tokens.refreshToken) }
        renewal = task
        return try await task.value
    }

    private func renew(_ refreshToken: String) async throws -> SessionTokens {
        let started = adoptions
        defer { if adoptions == started { renewal = nil } }
        var request = HTTPExchangeRequest(.post, "/v1/auth/refresh")
        try request.setJSON(RefreshRequest(refreshToken: refreshToken))
        do {
            let fresh = try await sendOpen(request).decoded(SessionTokens.self, from: origin)
            guard adoptions == started else { return try replacement() }
            // What is stored by now are the tokens of the server that has taken this one's place.
            if succession.found == nil { try await persist(fresh) }
            guard adoptions == started else { return try replacement() }
            tokens = fresh
            return fresh
        } catch let error as ClientError where error.code == .refused(.invalidRefreshToken) {
            throw signedOut()
        }
    }

    /// The tokens that took the place of those that were renewed meanwhile.
    private func replacement() throws -> SessionTokens {
        guard let tokens else { throw signedOut() }
        return tokens
    }

    private func signedOut() -> ClientError {
        ClientError(
            .signedOut,
            "The session at \(origin) is over: it expired, was ended from another device, or the answer "
                + "to its last renewal was lost.",
            hint: "Sign in again with your password; nothing is lost.")
    }

    private func check(_ answer: HTTPExchangeResponse) throws {
        guard let tag = answer.headers[HeaderName.protocolTag.lowercased()] else {
            throw ClientError(
                .notTheExpectedServer, "What answers at \(origin) is no CloudMLS server.", hint: "Check the address.")
        }
        guard tag == role.protocolTag else {
            guard tag.hasPrefix("\(role.rawValue)/") else {
                throw ClientError(
                    .notTheExpectedServer, "The server at \(origin) is no \(role.rawValue) server.",
                    hint: "Check which of the two addresses belongs to which server.")
            }
            throw ClientError(
                .serverOfAnotherVersion,
                "The server at \(origin) speaks another version of the protocol than this program.",
                hint: "Update whichever of the two is older.")
        }
        if let text = answer.headers[HeaderName.incarnation.lowercased()] {
            guard text.utf8.count == 32, let bytes = [UInt8](hex: text) else {
                throw ClientError(.malformedAnswer, "The incarnation that \(origin) names is not 16 bytes long.")
            }
            lastIncarnation = bytes
        }
        guard answer.status >= 300 else { return }
        guard let body = try? JSONDecoder().decode(ErrorBody.self, from: Data(answer.body)) else {
            throw ClientError(.malformedAnswer, "\(origin) answered with status \(answer.status) and no reason.")
        }
        throw ClientError(refusal: body.error)
    }
}

extension HTTPExchangeRequest {
    package mutating func setJSON(_ value: some Encodable) throws {
        headers.append(("Content-Type", "application/json"))
        body = Array(try JSONEncoder().encode(value))
    }

    package mutating func setPrecondition(_ revision: UInt64) {
        headers.append(revision == 0 ? ("If-None-Match", "*") : ("If-Match", "\"\(revision)\""))
    }

    fileprivate func authorized(_ tokens: SessionTokens) -> Self {
        var copy = self
        copy.headers.append(("Authorization", "Bearer \(tokens.accessToken)"))
        return copy
    }
}

extension HTTPExchangeResponse {
    package func decoded<Value: Decodable>(_ type: Value.Type, from origin: Origin) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(body))
        } catch {
            throw ClientError(
                .malformedAnswer, "An answer of \(origin) is not in the agreed form.",
                hint: "Check that the server and this program are of the same release.")
        }
    }
}
