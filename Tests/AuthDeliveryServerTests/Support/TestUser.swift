import AsyncHTTPClient
import CloudMLSAPI
import Foundation
import KeyHierarchy
import MLSCodec
import NIOCore
import NIOHTTP1

/// What a server refused to do.
struct Refusal: Error, Equatable {
    var status: Int
    var detail: ErrorBody.Detail
    var code: ErrorCode { detail.code }
}

/// An answer as it came.
struct Answer: Sendable {
    var status: Int
    var headers: HTTPHeaders
    var body: Data

    /// The body of a success; a refusal is thrown.
    func decoded<Value: Decodable>(as type: Value.Type = Value.self) throws -> Value {
        try check()
        return try JSONDecoder().decode(type, from: body)
    }

    func check() throws {
        guard status >= 400 else { return }
        throw Refusal(status: status, detail: try JSONDecoder().decode(ErrorBody.self, from: body).error)
    }
}

/// Somebody who uses the server over HTTP.
struct TestUser: Sendable {
    let name: String
    var origin: String
    let loginKey: LoginKey
    var token: String?

    init(name: String, origin: String) throws {
        self.name = name
        self.origin = origin
        loginKey = try .random()
    }

    /// Registers with a slot whose key no KDF made: the server cannot tell.
    func register() async throws {
        let kdf = PasswordKDF(parameters: .constrained)
        let slot = try ProfileSlot(
            sealing: .random(), scopeID: .random(), passwordKey: .random(), kdf: kdf, signedBy: .random())
        let description = KDFDescription(
            algorithm: .pbkdf2HMACSHA512, iterations: 210_000, memoryKiB: 0, parallelism: 0,
            salt: Bytes(kdf.salt.bytes))
        let login = LoginMethod(
            kind: .password, publicKey: Bytes(loginKey.publicKey.bytes), kdf: description)
        try await send(
            .POST, "/v1/register",
            AuthDeliveryRegistration(user: name, login: login, slot: Bytes(slot.encoded))
        ).check()
    }

    /// The same user in a new session.
    func signedIn() async throws -> TestUser {
        let nonce = LoginNonce.random()
        let answer: PreLoginResponse = try await post(
            "/v1/auth/prelogin",
            PreLoginRequest(user: name, kind: .password, clientNonce: Bytes(nonce.bytes)))
        guard let key = ServerPublicKey(bytes: answer.identityKey.array), let userName = UserName(rawValue: name),
            let serverNonce = LoginNonce(bytes: answer.serverNonce.array), let dialled = Origin(rawValue: origin)
        else { throw KeyHierarchyError(.wrongServer) }
        let statement = LoginStatement(
            role: .authDelivery, serverID: key.serverID, userName: userName, serverNonce: serverNonce,
            clientNonce: nonce, origin: dialled)
        let proof = try LoginProof(statement, signedBy: loginKey)
        let tokens: SessionTokens = try await post(
            "/v1/auth/login",
            LoginRequest(
                user: name, kind: .password, clientNonce: Bytes(nonce.bytes), serverNonce: answer.serverNonce,
                origin: origin, signature: Bytes(proof.signature.bytes), deviceName: "test"))
        var user = self
        user.token = tokens.accessToken
        return user
    }

    /// The same user at the same server, which is to be found elsewhere now.
    func at(_ origin: String) -> TestUser {
        var user = self
        user.origin = origin
        return user
    }

    func get<Value: Decodable>(_ path: String) async throws -> Value {
        try await send(.GET, path).decoded()
    }

    func post<Value: Decodable>(
        _ path: String, _ body: some Encodable, headers: [String: String] = [:]
    ) async throws -> Value {
        try await send(.POST, path, body, headers: headers).decoded()
    }

    func put<Value: Decodable>(
        _ path: String, _ body: some Encodable, headers: [String: String] = [:]
    ) async throws -> Value {
        try await send(.PUT, path, body, headers: headers).decoded()
    }

    /// A request with a JSON body.
    @discardableResult
    func send(
        _ method: HTTPMethod, _ path: String, _ body: some Encodable, headers: [String: String] = [:]
    ) async throws -> Answer {
        try await send(method, path, bytes: try JSONEncoder().encode(body), headers: headers)
    }

    /// A request with any bytes, or none, as its body.
    @discardableResult
    func send(
        _ method: HTTPMethod, _ path: String, bytes: Data? = nil, headers: [String: String] = [:]
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: origin + path)
        request.method = method
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        if let bytes { request.body = .bytes(ByteBuffer(bytes: bytes)) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(120))
        let body = try await response.body.collect(upTo: 64 << 20)
        return Answer(
            status: Int(response.status.code), headers: response.headers, body: Data(body.readableBytesView))
    }
}
