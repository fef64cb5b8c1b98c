import CloudMLSAPI
package import KeyHierarchy

/// Pre-login and login at one server with a key that is at hand: a recovery code's or a device's.
/// Its steps are those of `PasswordLogin`, without a password to hash.
package struct KeyLogin: OperationMachine {
    private enum State {
        case idle
        case asked(PreLoginQuestion)
        case sent(ServerID)
    }

    private let role: ServerRole
    private let origin: Origin
    private let userName: UserName
    private let pinned: ServerID?
    private let kind: SlotKind
    private let key: LoginKey
    private let environment: ClientEnvironment
    private var state = State.idle

    /// - Parameters:
    ///   - pinned: the server that must answer; nil on first use.
    ///   - kind: `recovery` or `device`.
    package init(
        role: ServerRole, origin: Origin, userName: UserName, pinned: ServerID?, kind: SlotKind,
        key: LoginKey, environment: ClientEnvironment
    ) {
        self.role = role
        self.origin = origin
        self.userName = userName
        self.pinned = pinned
        self.kind = kind
        self.key = key
        self.environment = environment
    }

    package mutating func start() -> Step<PasswordLogin.Action, Login.Output> {
        let question = PreLoginQuestion(
            role: role, userName: userName, kind: kind, clientNonce: environment.fresh())
        state = .asked(question)
        return .perform(
            .preLogin(
                PreLoginRequest(
                    user: userName.rawValue, kind: kind, clientNonce: Bytes(question.clientNonce.bytes))))
    }

    package mutating func handle(_ event: PasswordLogin.Event) throws -> Step<PasswordLogin.Action, Login.Output> {
        switch (state, event) {
        case (.asked(let question), .answered(let response)):
            let answer = try response.verified(for: question, server: pinned, at: origin)
            let proof = try LoginProof(LoginStatement(answering: answer, origin: origin), signedBy: key)
            state = .sent(answer.serverID)
            return .perform(.logIn(LoginRequest(proof, kind: kind, deviceName: environment.shortDeviceName)))
        case (.sent(let serverID), .loggedIn):
            return .finished(Login.Output(serverID: serverID, isAccepted: true, password: nil))
        case (.sent(let serverID), .wrongCredentials):
            return .finished(Login.Output(serverID: serverID, isAccepted: false, password: nil))
        default:
            throw ClientError.unexpectedEvent
        }
    }
}
