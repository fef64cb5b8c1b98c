import CloudMLSAPI
import KeyHierarchy
import MLSCodec

// At the destination
extension StoreMove {
    mutating func handleArrival(_ event: Event) throws -> Step<Action, Output> {
        switch (state, event) {
        case (.following(let route, _), .followed):
            state = .importStatus(route)
            return .perform(.readImport)
        case (.following(let route, let isRegistered), .notFollowed):
            guard !isRegistered else { throw Self.misfit }
            if route.statement != nil { return try logIn(route, nil, .wrongCredentials) }
            state = .source(route)
            return .perform(.readSource)
        case (.source(let route), .source(let slots, let keyring)):
            return try readSource(route, slots, keyring)
        case (.sourceKey(let route, let slots, let keyring, let slot), .passwordKey(let key)):
            return try register(route, slots, keyring, slot, key)
        case (.registration(let route, _), .registered):
            return followTo(route, isRegistered: true)
        case (.registration(let route, let contents), .refused(let code)):
            // The name may be one's own, from a move that was cancelled; the code is then used up.
            return try logIn(route, contents, code)
        case (.login(let route, var login, let contents, let code), .login(let event)):
            let step = try login.handle(event)
            return try continueLogin(route, login, contents, code, step)
        case (.withdrawal(let error), .move):
            if let error { throw error }
            return .finished(.keysChanged)
        case (.restart(let route), .imported(let status)), (.importStatus(let route), .imported(let status)):
            return try copy(route, status)
        default:
            return try handleCopy(event)
        }
    }

    mutating func followTo(_ route: Route, isRegistered: Bool) -> Step<Action, Output> {
        let token = owner.dataKey.followToken(moveID: route.moveID, serverID: destination.serverID)
        state = .following(route, isRegistered: isRegistered)
        return .perform(
            .follow(
                FollowRequest(
                    user: destination.userName.rawValue, token: Bytes(token.bytes),
                    deviceName: environment.shortDeviceName)))
    }

    private mutating func readSource(
        _ route: Route, _ slots: [StoredSlot], _ keyring: StoredKeyring
    ) throws -> Step<Action, Output> {
        let parsed: [StoreSlot]
        do {
            parsed = try StoreChecks.slots(slots, of: StoreScope.self)
            _ = try StoreChecks.verify(parsed, by: route.current.storePublicKey, scopeID: owner.storeID)
            _ = try StoreChecks.open(
                keyring, with: owner.dataKey, storeID: owner.storeID, by: route.current.storePublicKey)
        } catch let error as ClientError {
            return withdraw(isOfOtherKeys(keyring, route) ? nil : error)
        }
        guard let password = parsed.first(where: { $0.kind == .password }), let kdf = password.header.kdf else {
            return register(route, contents(route, slots, keyring))
        }
        try environment.kdfPolicy.accept(kdf)
        state = .sourceKey(route, slots, keyring, password)
        return .perform(.deriveKey(kdf))
    }

    /// Whether the store's owner has put another data key in force.
    private func isOfOtherKeys(_ stored: StoredKeyring, _ route: Route) -> Bool {
        guard let sealed = try? SealedKeyring(decoding: stored.body.array),
            let verified = try? sealed.verified(by: route.current.storePublicKey, storeID: owner.storeID)
        else { return false }
        return (try? verified.open(with: owner.dataKey)) == nil
    }

    /// The password's login key is another one at each server; the slot stays as it is.
    private mutating func register(
        _ route: Route, _ slots: [StoredSlot], _ keyring: StoredKeyring, _ slot: StoreSlot, _ key: PasswordKey
    ) throws -> Step<Action, Output> {
        guard let kdf = slot.header.kdf, (try? slot.openUnverified(with: key)) == owner.dataKey else {
            return withdraw(
                ClientError(
                    .wrongPassword, "That is not the password of your key store.",
                    hint: "Run this again with the right one; nothing has changed."))
        }
        var slots = slots
        for index in slots.indices where slots[index].id.array == slot.id.bytes {
            let loginKey = try key.loginKey(role: .keyStore, serverID: destination.serverID)
            slots[index].login = LoginMethod(
                kind: .password, publicKey: Bytes(loginKey.publicKey.bytes), kdf: KDFDescription(kdf))
        }
        return register(route, contents(route, slots, keyring))
    }

    private func contents(_ route: Route, _ slots: [StoredSlot], _ keyring: StoredKeyring) -> ImportContents {
        let token = owner.dataKey.followToken(moveID: route.moveID, serverID: destination.serverID)
        return ImportContents(
            moveID: Bytes(route.moveID.bytes), sourceKey: Bytes(route.sourceKey.bytes),
            keyringRevision: keyring.revision, keyring: keyring.body, slots: slots, followHash: Bytes(token.hash))
    }

    private mutating func register(_ route: Route, _ contents: ImportContents) -> Step<Action, Output> {
        state = .registration(route, contents)
        return .perform(
            .registerImport(
                KeyStoreImport(
                    setupToken: Bytes(destination.token.bytes), user: destination.userName.rawValue,
                    storeID: Bytes(owner.storeID.bytes), contents: contents)))
    }

    private mutating func logIn(
        _ route: Route, _ contents: ImportContents?, _ code: ErrorCode
    ) throws -> Step<Action, Output> {
        var login = PasswordLogin(
            role: .keyStore, origin: destination.origin, userName: destination.userName,
            pinned: destination.serverID, environment: environment)
        let step = login.start()
        return try continueLogin(route, login, contents, code, step)
    }

    private mutating func continueLogin(
        _ route: Route, _ login: PasswordLogin, _ contents: ImportContents?, _ code: ErrorCode,
        _ step: Step<PasswordLogin.Action, PasswordLogin.Output>
    ) throws -> Step<Action, Output> {
        switch step {
        case .perform(let action):
            state = .login(route, login, contents, code)
            return .perform(.logIn(action))
        case .finished(let output) where output.isAccepted:
            guard let contents else {
                state = .importStatus(route)
                return .perform(.readImport)
            }
            state = .restart(route)
            return .perform(.restartImport(contents))
        case .finished:
            let error = Self.notLetIn(code, destination)
            // After the commit there is no way back: the store is there, and only the password leads in.
            if route.statement != nil { throw error }
            return withdraw(error)
        }
    }

    /// Nothing is at the destination: the source may as well be written to again.
    private mutating func withdraw(_ error: ClientError?) -> Step<Action, Output> {
        state = .withdrawal(error)
        return .perform(.cancelMove)
    }

    private static func notLetIn(_ code: ErrorCode, _ destination: Destination) -> ClientError {
        switch code {
        case .nameTaken:
            ClientError(
                .nameTaken, "The name \(destination.userName) is taken at the new key store.",
                hint: "Choose another one with --name.")
        case .registrationRefused:
            ClientError(
                .invalidSetupCode, "The new key store does not take the setup code: it was used, or has expired.",
                hint: "Have whoever runs it make another one with `key-store-server invite`, then run this again.")
        default:
            ClientError(
                .wrongPassword, "The new key store does not take the password.",
                hint: "Run this again with the password that you had when the move began.")
        }
    }
}
