import CloudMLSAPI
import KeyHierarchy
import MLSCodec

/// Pre-login and login: proves the server to the client, and the client to the server, without a secret of the user's
/// ever being here. Neither answer, nor how long it takes, tells whether there is a user of that name.
struct LoginService: Sendable {
    private let identity: ServerIdentity
    private let users: any UserStorage
    private let sessions: SessionService
    private let nonces: LoginNonces
    private let decoy: DecoyKDF
    private let origins: OriginPolicy
    /// Verifications that could not succeed are done against this key; nobody knows its private half.
    private let dummyKey: LoginPublicKey

    init(
        identity: ServerIdentity, users: any UserStorage, sessions: SessionService, nonces: LoginNonces,
        origins: OriginPolicy
    ) throws {
        self.identity = identity
        self.users = users
        self.sessions = sessions
        self.nonces = nonces
        decoy = DecoyKDF(secret: identity.decoySecret)
        self.origins = origins
        dummyKey = try LoginKey.random().publicKey
    }

    func preLogin(_ request: PreLoginRequest) async throws -> PreLoginResponse {
        guard let name = UserName(rawValue: request.user),
            let clientNonce = LoginNonce(bytes: request.clientNonce.array)
        else { throw APIError(.badRequest, "The user name or the client nonce cannot be one.") }
        let stored = try await users.passwordKDF(ofUserNamed: name.rawValue)?.passwordKDF
        let decoyed = decoy.kdf(forUserNamed: name)
        let kdf = request.kind == .password ? stored ?? decoyed : nil
        let (nonce, expires) = nonces.issue(user: name.rawValue, kind: request.kind, clientNonce: clientNonce)
        let answer = try PreLoginAnswer(
            question: PreLoginQuestion(
                role: identity.role, userName: name, kind: request.kind, clientNonce: clientNonce),
            serverID: identity.serverID, serverNonce: nonce, kdf: kdf, expiresAt: expires)
        let signature = try identity.signingKey.sign(answer.encoded, as: .preLogin)
        return PreLoginResponse(
            identityKey: Bytes(identity.publicKey.bytes), kdf: kdf.map { KDFDescription($0) },
            serverNonce: Bytes(nonce.bytes), expires: expires, signature: Bytes(signature.bytes))
    }

    func logIn(_ request: LoginRequest) async throws -> SessionTokens {
        guard let name = UserName(rawValue: request.user), request.deviceName.utf8.count <= 64,
            let clientNonce = LoginNonce(bytes: request.clientNonce.array),
            let serverNonce = LoginNonce(bytes: request.serverNonce.array),
            let signature = Signature(bytes: request.signature.array), let origin = Origin(rawValue: request.origin)
        else { throw APIError(.badRequest, "A field of the login is not of the form that it must have.") }
        guard origins.allows(origin) else {
            throw APIError(
                .wrongOrigin, "This server is not to be found at the address that the login was signed for.")
        }
        let isFresh = nonces.redeem(
            serverNonce, user: name.rawValue, kind: request.kind, clientNonce: clientNonce)
        let statement = LoginStatement(
            role: identity.role, serverID: identity.serverID, userName: name, serverNonce: serverNonce,
            clientNonce: clientNonce, origin: origin)
        let proof = LoginProof(statement: statement, signature: signature)
        let keys = try await users.loginKeys(ofUserNamed: name.rawValue, kind: request.kind)
        guard let key = signer(of: proof, among: keys, kind: request.kind), isFresh,
            let tokens = try await sessions.begin(key, kind: request.kind, deviceName: request.deviceName)
        else { throw APIError(.wrongCredentials, "Name, password or key is wrong.") }
        return tokens
    }

    /// Verifies as often as a user can have keys of the kind, whatever there are.
    private func signer(of proof: LoginProof, among keys: [StoredLoginKey], kind: SlotKind) -> StoredLoginKey? {
        var signer: StoredLoginKey?
        for index in 0..<LoginKeyRule.maximumCount(of: kind) {
            let key = index < keys.count ? keys[index] : nil
            let publicKey = key.flatMap { LoginPublicKey(bytes: $0.publicKey) }
            let isValid = proof.verify(publicKey: publicKey ?? dummyKey)
            if isValid, publicKey != nil { signer = key }
        }
        return signer
    }
}
