import CloudMLSAPI
import Foundation
import KeyHierarchy
import MLSCodec

/// Somebody with a store at the server. No KDF runs but for changes of the password: what comes out of one is simply
/// random here.
struct BenchUser: Sendable {
    private let address: ServerAddress
    private let name: UserName
    private let serverID: ServerID
    private let loginKey: LoginKey
    private let storeID = StoreID.random()
    private let dataKey = DataKey.random()
    private let signingKey: StoreSigningKey
    private let slotID = SlotID.random()
    private var accessToken = ""

    /// Registers, and signs in.
    init(at address: ServerAddress) throws {
        self.address = address
        name = try UserName(typed: "bench-\(Array(LoginNonce.random().bytes.prefix(8)).hex)")
        let connection = try BenchConnection(address)
        let info: ServerInfo = try Self.answer(connection, "GET /v1/server", status: 200)
        guard let serverID = ServerID(bytes: info.serverID.array) else {
            throw BenchConnection.Failed(description: "\(address.origin) is no key store")
        }
        self.serverID = serverID
        signingKey = try StoreSigningKey.random()
        let passwordKey = PasswordKey.random()
        let kdf = PasswordKDF()
        loginKey = try passwordKey.loginKey(role: .keyStore, serverID: serverID)
        let slot = try StoreSlot(
            sealing: dataKey, scopeID: storeID, id: slotID, passwordKey: passwordKey, kdf: kdf, signedBy: signingKey)
        let registration = KeyStoreRegistration(
            setupToken: nil, user: name.rawValue,
            login: LoginMethod(
                kind: .password, publicKey: Bytes(loginKey.publicKey.bytes), kdf: KDFDescription(kdf)),
            storeID: Bytes(storeID.bytes), slot: Bytes(slot.encoded), keyring: [1])
        let registered = try Self.exchange(connection, "POST /v1/register", try JSONEncoder().encode(registration))
        guard registered.status == 201 else {
            throw BenchConnection.Failed(
                description: "cannot register: \(String(decoding: registered.body, as: UTF8.self))")
        }
        accessToken = try signIn(on: connection).accessToken
    }

    var authorization: String { "Authorization: Bearer \(accessToken)" }

    func signIn(on connection: BenchConnection) throws -> SessionTokens {
        let question = PreLoginQuestion(role: .keyStore, userName: name, kind: .password)
        let response: PreLoginResponse = try Self.answer(
            connection, "POST /v1/auth/prelogin", status: 200,
            body: JSONEncoder().encode(
                PreLoginRequest(
                    user: name.rawValue, kind: .password, clientNonce: Bytes(question.clientNonce.bytes))))
        guard let key = ServerPublicKey(bytes: response.identityKey.array),
            let nonce = LoginNonce(bytes: response.serverNonce.array)
        else { throw BenchConnection.Failed(description: "the pre-login is malformed") }
        let claimed = try PreLoginAnswer(
            question: question, serverID: key.serverID, serverNonce: nonce, kdf: response.kdf?.passwordKDF,
            expiresAt: response.expires)
        let answer = try SignedPreLoginAnswer(
            decoding: [1] + key.bytes + claimed.encoded + response.signature.array
        ).verified(for: question, server: nil)
        let statement = LoginStatement(answering: answer, origin: try Origin(typed: address.origin))
        let proof = try LoginProof(statement, signedBy: loginKey)
        let login = LoginRequest(
            user: name.rawValue, kind: .password, clientNonce: Bytes(statement.clientNonce.bytes),
            serverNonce: Bytes(statement.serverNonce.bytes), origin: statement.origin.rawValue,
            signature: Bytes(proof.signature.bytes), deviceName: "bench")
        return try Self.answer(
            connection, "POST /v1/auth/login", status: 200, body: try JSONEncoder().encode(login))
    }

    /// Writes new objects of 1 KiB, in batches.
    /// - Returns: their names.
    @discardableResult
    func write(objects count: Int) throws -> [[UInt8]] {
        let connection = try BenchConnection(address)
        let names = (0..<count).map { _ in LoginNonce.random().bytes }
        for start in stride(from: 0, to: count, by: Limits.batchCount) {
            let operations = names[start...].prefix(Limits.batchCount).map { name in
                BatchOperation(name: Bytes(name), ifRevision: 0, body: Bytes(BenchRequests.body))
            }
            let _: BatchResponse = try Self.answer(
                connection, "POST /v1/objects/batch", status: 200, fields: [authorization],
                body: try JSONEncoder().encode(BatchRequest(operations: operations)))
        }
        return names
    }

    /// Sets new passwords, one after the other, with the KDF that clients use: each replaces one slot and one login key.
    func changePassword(times: Int) throws -> PasswordChangeTimes {
        let connection = try BenchConnection(address)
        let list: SlotList = try Self.answer(connection, "GET /v1/slots", status: 200, fields: [authorization])
        guard var revision = list.slots.first?.revision else {
            throw BenchConnection.Failed(description: "the server lists no slot")
        }
        var times = PasswordChangeTimes(changes: times)
        let start = ContinuousClock.now
        for _ in 0..<times.changes {
            let kdf = PasswordKDF()
            let password = try Password("bench \(LoginNonce.random().bytes.hex)")
            let beforeHashing = ContinuousClock.now
            let key = try kdf.key(from: password)
            times.hashing += (ContinuousClock.now - beforeHashing) / .milliseconds(1)
            let login = try key.loginKey(role: .keyStore, serverID: serverID)
            let slot = try StoreSlot(
                sealing: dataKey, scopeID: storeID, id: slotID, passwordKey: key, kdf: kdf, signedBy: signingKey)
            let write = SlotWrite(
                kind: .password, body: Bytes(slot.encoded),
                login: LoginMethod(
                    kind: .password, publicKey: Bytes(login.publicKey.bytes), kdf: KDFDescription(kdf)))
            let result: WriteResult = try Self.answer(
                connection, "PUT /v1/slots/\(slotID.hex)", status: 200,
                fields: [authorization, "If-Match: \"\(revision)\""], body: try JSONEncoder().encode(write))
            revision = result.revision
        }
        times.all = (ContinuousClock.now - start) / .milliseconds(1)
        return times
    }

    private static func exchange(
        _ connection: BenchConnection, _ line: String, fields: [String] = [], _ body: Data?
    ) throws -> BenchConnection.Answer {
        try connection.exchange(
            Array("\(line) HTTP/1.1\r\n".utf8) + HTTPText.tail(fields, body: body.map { Array($0) }))
    }

    private static func answer<Value: Decodable>(
        _ connection: BenchConnection, _ line: String, status: Int, fields: [String] = [], body: Data? = nil
    ) throws -> Value {
        let answer = try exchange(connection, line, fields: fields, body)
        guard answer.status == status else {
            throw BenchConnection.Failed(
                description: "\(line): \(answer.status) \(String(decoding: answer.body, as: UTF8.self))")
        }
        return try JSONDecoder().decode(Value.self, from: Data(answer.body))
    }
}

/// What changes of the password took, in milliseconds altogether.
struct PasswordChangeTimes {
    var changes: Int
    var all = 0.0
    /// Of that the client's KDF.
    var hashing = 0.0
}
