import CloudMLSAPI
import KeyHierarchy

// An account at the destination, and a session in it.
extension StoreMove {
    /// - Returns: what is there of this move.
    func enter(_ route: MoveRoute) async throws -> ImportStatus {
        var isIn = try await follow(route)
        if !isIn, source.hasLetGo {
            // There is no way back: the store is there, and only the password leads in.
            guard try await logIn() else { throw notLetIn(.wrongCredentials) }
            isIn = true
        }
        if isIn, let status = try await importStatus(of: route) { return status }
        // Nothing is there, or what is there is of another move.
        let contents = try await source.contents(route)
        if let refusal = try await register(contents, route) {
            return try await enterAgain(contents, route, refusal)
        }
        guard try await follow(route), let status = try await importStatus(of: route) else {
            throw ClientError.moveMisfit
        }
        return status
    }

    /// The name may be one's own, from a move that was cancelled or an import that was given up; the code is then used up.
    private func enterAgain(
        _ contents: ImportContents, _ route: MoveRoute, _ refusal: ErrorCode
    ) async throws -> ImportStatus {
        guard try await logIn() else {
            if !source.hasLetGo { try await source.withdraw() }
            throw notLetIn(refusal)
        }
        // Or from this very move, long ago.
        if let status = try await importStatus(of: route) { return status }
        let status = try await step(.restartImport) { try await destination.service.restartImport(contents) }
        guard status.moveID?.array == route.moveID.bytes else { throw ClientError.moveMisfit }
        return status
    }

    /// What is at the destination; nil where that is of another move.
    private func importStatus(of route: MoveRoute) async throws -> ImportStatus? {
        let status = try await step(.readImport) { try await destination.service.importStatus() }
        return status.moveID?.array == route.moveID.bytes ? status : nil
    }

    /// Begins a session with the token that an earlier run left there.
    ///
    /// - Returns: false where the destination does not take it.
    private func follow(_ route: MoveRoute) async throws -> Bool {
        try await step(.follow) {
            try await destination.service.follow(
                route.moveID, as: destination.userName, of: destination.code.serverID, owner.dataKey, environment)
        }
    }

    /// - Returns: why it is refused: the setup code is used up, or the name is taken.
    private func register(_ contents: ImportContents, _ route: MoveRoute) async throws -> ErrorCode? {
        let registration = KeyStoreImport(
            setupToken: Bytes(destination.code.token.bytes), user: destination.userName.rawValue,
            storeID: Bytes(owner.storeID.bytes), contents: contents)
        do {
            try await step(.registerImport) { try await destination.service.registerImport(registration) }
            return nil
        } catch let error as ClientError {
            switch error.code {
            case .refused(.nameTaken): return .nameTaken
            case .refused(.registrationRefused): return .registrationRefused
            default: throw error
            }
        }
    }

    /// - Returns: false where the destination does not take the way in.
    private func logIn() async throws -> Bool {
        let login = try Login(
            destination.key.wayIn, role: .keyStore, origin: destination.code.origin, userName: destination.userName,
            pinned: destination.code.serverID, environment: environment)
        let hasher = try await destination.key.hasher()
        return try await environment.run(login) { action in
            try await Authenticator.perform(action, destination.service, hasher)
        }.isAccepted
    }

    private func notLetIn(_ code: ErrorCode) -> ClientError {
        switch code {
        case .nameTaken:
            ClientError(
                .nameTaken, "The name \(destination.userName) is taken at the new key store.",
                hint: "Choose another one.", remedy: .anotherName)
        case .registrationRefused:
            ClientError(
                .invalidSetupCode, "The new key store does not take the setup code: it was used, or has expired.",
                hint: "Have whoever runs it make another one, then run this again.", remedy: .anotherSetupCode)
        default:
            ClientError(
                .wrongPassword, "The new key store does not take the password.",
                hint: "Run this again with the password that you had when the move began.")
        }
    }
}

extension KeyStoreService {
    /// Begins a session with the token of a move, which every device that knows the data key can make.
    ///
    /// - Returns: false where the key store does not take it.
    func follow(
        _ moveID: MoveID, as userName: UserName, of server: ServerID, _ dataKey: DataKey,
        _ environment: ClientEnvironment
    ) async throws -> Bool {
        let token = dataKey.followToken(moveID: moveID, serverID: server)
        do {
            _ = try await follow(
                FollowRequest(
                    user: userName.rawValue, token: Bytes(token.bytes), deviceName: environment.shortDeviceName))
            return true
        } catch let error as ClientError where error.code == .refused(.wrongCredentials) {
            return false
        }
    }
}
