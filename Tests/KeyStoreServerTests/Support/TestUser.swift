import CloudMLSAPI
import Foundation
import KeyHierarchy
import MLSCodec
import NIOHTTP1
import Testing

/// Somebody with a password. No KDF runs: its output is simply random, which a server cannot tell.
struct TestUser: Sendable {
    let name: UserName
    let storeID = StoreID.random()
    let dataKey = DataKey.random()
    let storeKey: StoreSigningKey
    let slotID = SlotID.random()
    var passwordKey = PasswordKey.random()
    var kdf = PasswordKDF()

    struct Refused: Error, CustomStringConvertible {
        var answer: TestHTTP.Answer
        var description: String { "\(answer.status) \(String(decoding: answer.body, as: UTF8.self))" }
    }

    init(_ name: String) throws {
        self.name = try UserName(typed: name)
        storeKey = try StoreSigningKey.random()
    }

    /// The password login key at a server.
    func loginKey(_ serverID: ServerID) throws -> LoginKey {
        try passwordKey.loginKey(role: .keyStore, serverID: serverID)
    }

    func passwordSlot() throws -> StoreSlot {
        try StoreSlot(
            sealing: dataKey, scopeID: storeID, id: slotID, passwordKey: passwordKey, kdf: kdf, signedBy: storeKey)
    }

    func deviceSlot(id: SlotID = .random()) throws -> StoreSlot {
        // Any X25519 public key will do: nobody opens the slot.
        let publicKey = try #require(SlotPublicKey(bytes: [9] + [UInt8](repeating: 0, count: 31)))
        return try StoreSlot(
            sealing: dataKey, scopeID: storeID, id: id, to: .device(publicKey), signedBy: storeKey)
    }

    func passwordLogin(_ serverID: ServerID) throws -> LoginMethod {
        LoginMethod(
            kind: .password, publicKey: Bytes(try loginKey(serverID).publicKey.bytes),
            kdf: KDFDescription(
                algorithm: .argon2id, iterations: 3, memoryKiB: 65_536, parallelism: 4, salt: Bytes(kdf.salt.bytes)))
    }

    func registration(serverID: ServerID, token: SetupToken?) throws -> KeyStoreRegistration {
        KeyStoreRegistration(
            setupToken: token.map { Bytes($0.bytes) }, user: name.rawValue, login: try passwordLogin(serverID),
            storeID: Bytes(storeID.bytes), slot: Bytes(try passwordSlot().encoded), keyring: [1, 2, 3])
    }

    func register(at http: TestHTTP, token: SetupToken?) async throws {
        let body = try registration(serverID: try await Self.serverID(of: http), token: token)
        let answer = try await http.send(.POST, "/v1/register", json: body)
        guard answer.status == 201 else { throw Refused(answer: answer) }
        #expect(answer.body.isEmpty)
    }

    static func serverID(of http: TestHTTP) async throws -> ServerID {
        let info = try await http.send(.GET, "/v1/server").json(ServerInfo.self)
        return try #require(ServerID(bytes: info.serverID.array))
    }

    // MARK: Login

    func preLogin(at http: TestHTTP, kind: SlotKind = .password) async throws -> VerifiedPreLogin {
        try await VerifiedPreLogin.ask(http, name: name, kind: kind)
    }

    func login(
        at http: TestHTTP, kind: SlotKind = .password, key: LoginKey? = nil, origin: String? = nil,
        headers: [String: String] = [:]
    ) async throws -> TestHTTP.Answer {
        let preLogin = try await preLogin(at: http, kind: kind)
        return try await login(at: http, after: preLogin, key: key, origin: origin, headers: headers)
    }

    func login(
        at http: TestHTTP, after preLogin: VerifiedPreLogin, key: LoginKey? = nil, origin: String? = nil,
        headers: [String: String] = [:]
    ) async throws -> TestHTTP.Answer {
        let dialled = try Origin(typed: origin ?? http.origin)
        let statement = LoginStatement(answering: preLogin.answer, origin: dialled)
        let proof = try LoginProof(statement, signedBy: try key ?? loginKey(preLogin.answer.serverID))
        return try await http.send(
            .POST, "/v1/auth/login",
            json: LoginRequest(
                user: name.rawValue, kind: preLogin.kind, clientNonce: Bytes(statement.clientNonce.bytes),
                serverNonce: Bytes(statement.serverNonce.bytes), origin: dialled.rawValue,
                signature: Bytes(proof.signature.bytes), deviceName: "test"), headers: headers)
    }

    func signIn(
        at http: TestHTTP, kind: SlotKind = .password, key: LoginKey? = nil
    ) async throws -> SignedInUser {
        let answer = try await login(at: http, kind: kind, key: key)
        guard answer.status == 200 else { throw Refused(answer: answer) }
        return SignedInUser(user: self, at: http, tokens: try answer.json())
    }
}

/// A pre-login answer whose signature was checked.
struct VerifiedPreLogin: Sendable {
    let answer: PreLoginAnswer
    let kind: SlotKind
    let response: PreLoginResponse

    static func ask(_ http: TestHTTP, name: UserName, kind: SlotKind) async throws -> VerifiedPreLogin {
        let question = PreLoginQuestion(role: .keyStore, userName: name, kind: kind)
        let answer = try await http.send(
            .POST, "/v1/auth/prelogin",
            json: PreLoginRequest(
                user: name.rawValue, kind: kind, clientNonce: Bytes(question.clientNonce.bytes)))
        guard answer.status == 200 else { throw TestUser.Refused(answer: answer) }
        let response = try answer.json(PreLoginResponse.self)
        var kdf: PasswordKDF?
        if let description = response.kdf {
            kdf = PasswordKDF(
                parameters: .argon2id(
                    memoryKiB: description.memoryKiB, iterations: description.iterations,
                    parallelism: description.parallelism),
                salt: try #require(KDFSalt(bytes: description.salt.array)))
        }
        let key = try #require(ServerPublicKey(bytes: response.identityKey.array))
        let claimed = try PreLoginAnswer(
            question: question, serverID: key.serverID,
            serverNonce: try #require(LoginNonce(bytes: response.serverNonce.array)), kdf: kdf,
            expiresAt: response.expires)
        let signed = try SignedPreLoginAnswer(
            decoding: [1] + key.bytes + claimed.encoded + response.signature.array)
        return VerifiedPreLogin(
            answer: try signed.verified(for: question, server: nil), kind: kind, response: response)
    }
}
