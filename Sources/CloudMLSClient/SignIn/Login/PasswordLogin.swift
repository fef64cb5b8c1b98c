package import CloudMLSAPI
package import KeyHierarchy
import MLSCodec

/// Pre-login and login with a password at one server.
package struct PasswordLogin: OperationMachine {
    package enum Action: Sendable {
        case preLogin(PreLoginRequest)
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
        case asked(PreLoginQuestion)
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
        let question = PreLoginQuestion(
            role: role, userName: userName, kind: .password, clientNonce: environment.fresh())
        state = .asked(question)
        return .perform(
            .preLogin(
                PreLoginRequest(
                    user: userName.rawValue, kind: .password, clientNonce: Bytes(question.clientNonce.bytes))))
    }

    package mutating func handle(_ event: Event) throws -> Step<Action, Output> {
        switch (state, event) {
        case (.asked(let question), .answered(let response)):
            let answer = try response.verified(for: question, server: pinned, at: origin)
            guard let kdf = answer.kdf else { throw PreLoginResponse.malformed(origin) }
            try environment.kdfPolicy.accept(kdf)
            state = .hashing(answer, kdf)
            return .perform(.deriveKey(kdf))
        case (.hashing(let answer, let kdf), .passwordKey(let key)):
            let loginKey = try key.loginKey(role: role, serverID: answer.serverID)
            let proof = try LoginProof(LoginStatement(answering: answer, origin: origin), signedBy: loginKey)
            state = .sent(Output(serverID: answer.serverID, kdf: kdf, passwordKey: key, isAccepted: false))
            return .perform(.logIn(LoginRequest(proof, kind: .password, deviceName: environment.shortDeviceName)))
        case (.sent(var output), .loggedIn):
            output.isAccepted = true
            return .finished(output)
        case (.sent(let output), .wrongCredentials):
            return .finished(output)
        default:
            throw ClientError.unexpectedEvent
        }
    }
}

extension PasswordLogin.Action: OperationAction {
    package enum Kind: String, ActionKind {
        case preLogin
        case deriveKey
        case logIn
    }

    package var kind: Kind {
        switch self {
        case .preLogin: .preLogin
        case .deriveKey: .deriveKey
        case .logIn: .logIn
        }
    }
}
