import CloudMLSAPI
package import KeyHierarchy

/// A login at one server, with whichever way in the user has.
package enum Login: OperationMachine {
    case password(PasswordLogin)
    case key(KeyLogin)

    package struct Output: Sendable {
        package var serverID: ServerID
        /// False where the server does not know the name, or not with this way in; it does not say which.
        package var isAccepted: Bool
        /// The password as it was hashed for the login; nil for other ways in.
        package var password: PasswordLogin.Output?
    }

    /// - Parameter pinned: the server that must answer; nil on first use.
    package init(
        _ wayIn: WayIn, role: ServerRole, origin: Origin, userName: UserName, pinned: ServerID?,
        environment: ClientEnvironment
    ) throws {
        switch wayIn {
        case .password:
            self = .password(
                PasswordLogin(
                    role: role, origin: origin, userName: userName, pinned: pinned, environment: environment))
        case .recovery(let code):
            self = .key(
                KeyLogin(
                    role: role, origin: origin, userName: userName, pinned: pinned, kind: .recovery,
                    key: try code.loginKey(role: role), environment: environment))
        case .device(let device):
            self = .key(
                KeyLogin(
                    role: role, origin: origin, userName: userName, pinned: pinned, kind: .device,
                    key: role == .keyStore ? device.store.loginKey : device.profile.loginKey,
                    environment: environment))
        }
    }

    package mutating func start() throws -> Step<PasswordLogin.Action, Output> {
        switch self {
        case .password(var login):
            let step = login.start()
            self = .password(login)
            return Self.step(step)
        case .key(var login):
            let step = login.start()
            self = .key(login)
            return step
        }
    }

    package mutating func handle(_ event: PasswordLogin.Event) throws -> Step<PasswordLogin.Action, Output> {
        switch self {
        case .password(var login):
            let step = try login.handle(event)
            self = .password(login)
            return Self.step(step)
        case .key(var login):
            let step = try login.handle(event)
            self = .key(login)
            return step
        }
    }

    private static func step(
        _ step: Step<PasswordLogin.Action, PasswordLogin.Output>
    ) -> Step<PasswordLogin.Action, Output> {
        switch step {
        case .perform(let action): .perform(action)
        case .finished(let output):
            .finished(Output(serverID: output.serverID, isAccepted: output.isAccepted, password: output))
        }
    }
}
