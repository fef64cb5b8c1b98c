package import CloudMLSAPI
package import KeyHierarchy
import MLSCodec

/// Pre-login and login with a password at one server (DESIGN §3, "Login").
package struct PasswordLogin: OperationMachine {
    package enum Action: Sendable {
        case preLogin(CloudMLSAPI.PreLoginRequest)
        case deriveKey(PasswordKDF)
        case logIn(LoginRequest)
    }

    package enum Event: Sendable {
        case answered(PreLoginResponse)
        case passwordKey(PasswordKey)
        case loggedIn
        case wrongCredentials
    }

    package struct Output: Sendable {
        package var serverID: ServerID
        package var kdf: PasswordKDF
        package var passwordKey: PasswordKey
        /// False where the server does not know the name, or not with this password; it does not say which.
        package var isAccepted: Bool
    }

    private enum State {
        case idle
        case asked(KeyHierarchy.PreLoginRequest)
        case hashing(PreLoginAnswer, PasswordKDF)
        case sent(Output)
    }

    private let role: ServerRole
    private let origin: Origin
    private let userName: UserName
    private let pinned: ServerID?
    private let environment: ClientEnvironment
    private var state = State.idle

    /// - Parameter pinned: the server that must answer; nil on first use.
    package init(
        role: ServerRole, origin: Origin, userName: UserName, pinned: ServerID?, environment: ClientEnvironment
    ) {
        self.role = role
        self.origin = origin
        self.userName = userName
        self.pinned = pinned
        self.environment = environment
    }

    package mutating func start() -> Step<Action, Output> {
        let request = KeyHierarchy.PreLoginRequest(
            role: role, userName: userName, kind: .password, clientNonce: environment.fresh())
        state = .asked(request)
        return .perform(
            .preLogin(
                CloudMLSAPI.PreLoginRequest(
                    user: userName.rawValue, kind: .password, clientNonce: Bytes(request.clientNonce.bytes))))
    }

    package mutating func handle(_ event: Event) throws -> Step<Action, Output> {
        switch (state, event) {
        case (.asked(let request), .answered(let response)):
            let answer = try verified(response, for: request)
            guard let kdf = answer.kdf else { throw malformed() }
            try environment.kdfPolicy.accept(kdf)
            state = .hashing(answer, kdf)
            return .perform(.deriveKey(kdf))
        case (.hashing(let answer, let kdf), .passwordKey(let key)):
            let loginKey = try key.loginKey(role: role, serverID: answer.serverID)
            let proof = try LoginProof(LoginStatement(answering: answer, origin: origin), signedBy: loginKey)
            state = .sent(Output(serverID: answer.serverID, kdf: kdf, passwordKey: key, isAccepted: false))
            return .perform(
                .logIn(
                    LoginRequest(
                        user: userName.rawValue, kind: .password,
                        clientNonce: Bytes(answer.request.clientNonce.bytes),
                        serverNonce: Bytes(answer.serverNonce.bytes), origin: origin.rawValue,
                        signature: Bytes(proof.signature.bytes), deviceName: environment.shortDeviceName)))
        case (.sent(var output), .loggedIn):
            output.isAccepted = true
            return .finished(output)
        case (.sent(let output), .wrongCredentials):
            return .finished(output)
        default:
            throw ClientError.unexpectedEvent
        }
    }

    private func verified(
        _ response: PreLoginResponse, for request: KeyHierarchy.PreLoginRequest
    ) throws -> PreLoginAnswer {
        guard let key = ServerPublicKey(bytes: response.identityKey.array),
            let nonce = LoginNonce(bytes: response.serverNonce.array),
            let signature = Signature(bytes: response.signature.array),
            let kdf = response.kdf?.passwordKDF,
            let claimed = try? PreLoginAnswer(
                request: request, serverID: key.serverID, serverNonce: nonce, kdf: kdf, expiresAt: response.expires),
            let signed = try? SignedPreLoginAnswer(
                decoding: FormatVersion.v1.encoded + key.bytes + claimed.encoded + signature.bytes)
        else { throw malformed() }
        do {
            return try signed.verified(for: request, server: pinned)
        } catch  where error.code == .wrongServer {
            throw ClientError(
                .serverIdentityChanged, "The server at \(origin) has another identity than the expected one.",
                hint: "Do not type the password there; ask whoever runs it whether it was set up anew.")
        } catch {
            throw ClientError(
                .notTheExpectedServer, "The server at \(origin) cannot prove who it is.",
                hint: "Somebody may stand in between; try from another network.")
        }
    }

    private func malformed() -> ClientError {
        ClientError(
            .malformedAnswer, "The pre-login answer of \(origin) is not in the agreed form.",
            hint: "Check that the server and this program are of the same release.")
    }
}

extension ClientEnvironment {
    /// At most 64 bytes.
    fileprivate var shortDeviceName: String {
        var name = deviceName
        while name.utf8.count > 64 { name.removeLast() }
        return name
    }
}

extension ClientError {
    /// An executor fed back what the machine did not ask for.
    static var unexpectedEvent: Self { Self(.internalFault, "An operation met an event that it did not wait for.") }
}
