import CloudMLSAPI
public import KeyHierarchy
import MLSCodec

extension Authenticator {
    /// Signs in on this device: one address, a name and a password are all that is needed.
    ///
    /// - Parameters:
    ///   - authDelivery: the auth-delivery server's address.
    ///   - keyStorePassword: the key store's password where it differs, after a change that was cut short.
    /// - Throws: `ClientError`; among others `wrongPassword`, `passwordsDiffer`, `signUpIncomplete`,
    ///   `serverIdentityChanged`, `unacceptableKDF`, `notAuthentic`, `rolledBack`, `notReachable`, `alreadySignedIn`.
    public func signIn(
        userName: UserName, password: Password, authDelivery origin: Origin, keyStorePassword: Password? = nil
    ) async throws -> ClientContext {
        let hasher = PasswordHasher(password, policy: environment.kdfPolicy)
        let keyStoreHasher = keyStorePassword.map { PasswordHasher($0, policy: environment.kdfPolicy) } ?? hasher
        return try await signIn(userName, .password, origin, hasher, keyStoreHasher).context
    }

    /// Signs in with a recovery code, where the password is lost.
    ///
    /// - Throws: `ClientError`, as signing in with a password does.
    public func signIn(
        userName: UserName, recoveryCode: RecoveryCode, authDelivery origin: Origin
    ) async throws -> ClientContext {
        try await signIn(userName, .recovery(recoveryCode), origin, .none, .none).context
    }

    /// Signs in with this device's own key, which `WaysIn.addDevice` made.
    ///
    /// - Throws: `ClientError`; `notSignedIn` where this device has no key for the user.
    public func signInWithDeviceKey(userName: UserName, authDelivery origin: Origin) async throws -> ClientContext {
        guard let keys = try await local.read(DeviceKeys.localName(user: userName, at: origin)) else {
            throw ClientError(
                .notSignedIn, "This device has no key of its own for \(userName).",
                hint: "Sign in with the password or a recovery code; then the device can be given one.")
        }
        guard let device = try? DeviceKeys(decoding: keys) else {
            throw ClientError(
                .formatOfAnotherVersion, "This device's key cannot be read.",
                hint: "Use the newest release of this program, or sign in with the password.")
        }
        return try await signIn(userName, .device(device), origin, .none, .none).context
    }

    /// - Parameter archived: what is to be brought to a new key store: before the sign-in, where the old one is gone.
    func signIn(
        _ userName: UserName, _ wayIn: WayIn, _ origin: Origin, _ hasher: PasswordHasher,
        _ keyStoreHasher: PasswordHasher, bringing archived: ArchivedStore? = nil
    ) async throws -> Imported {
        try origin.requireEncryption(allowingPlaintext: environment.allowsPlaintext)
        let replaced = try await replaceable(by: userName, origin)
        let keeper = SessionKeeper(sessions)
        let authDelivery = connector.authDelivery(at: origin, certificatePin: nil, tokens: nil) {
            try await keeper.persist(.authDelivery, $0)
        }
        var found: (any KeyStoreService)?
        func keyStore() throws -> any KeyStoreService {
            guard let found else { throw ClientError.unexpectedEvent }
            return found
        }
        var checked: StoreArchive.Summary?
        let machine = SignIn(
            userName: userName, wayIn: wayIn, origin: origin, pins: try await pins(userName, origin),
            archived: archived?.source, environment: environment)
        var signedIn = try await ending([authDelivery] + (found.map { [$0] } ?? [])) {
            try await environment.run(machine) { action in
                switch action {
                case .logIn(.authDelivery, let action):
                    return .login(try await Self.perform(action, authDelivery, hasher))
                case .logIn(.keyStore, let action):
                    return .login(try await Self.perform(action, try keyStore(), keyStoreHasher))
                case .deriveKey(let role, let kdf):
                    return .passwordKey(try await (role == .keyStore ? keyStoreHasher : hasher).key(kdf))
                case .readProfileSlots:
                    return .profileSlots(try await authDelivery.slots())
                case .readProfile:
                    return .profile(try await authDelivery.profile())
                case .readAnchor(let name):
                    return .anchor(try await authDelivery.anchor(name.bytes))
                case .findKeyStore(let profile):
                    let service: any KeyStoreService
                    do {
                        service = try await reachableKeyStore(profile, keeper)
                    } catch let error as ClientError {
                        throw archived?.missing(error) ?? error
                    }
                    try? await found?.logout()
                    found = service
                    return .keyStoreFound(service.origin)
                case .readStore:
                    do {
                        return .store(try await Self.contents(of: try keyStore()))
                    } catch let error as ClientError where error.code == .refused(.storeMoved) {
                        return .storeMoved
                    }
                case .readMove:
                    let info = try await keyStore().serverInfo()
                    return .move(try await keyStore().moveStatus(), info)
                case .openStore(let opening):
                    _ = try await keyStore().openImport(opening)
                    return .storeOpened
                case .readArchive(let dataKey):
                    guard let archived else { throw ClientError.unexpectedEvent }
                    let summary = try await archived.request.archive.verify(dataKey: dataKey)
                    checked = summary
                    return .archive(summary.contents)
                }
            }
        }
        if let arrival = signedIn.arrival {
            // Before the device remembers that the store has moved: what it remembers must not be ahead of the profile.
            let completion = MoveCompletion(arrival, profileID: signedIn.profileID, keyring: signedIn.keyring)
            try await environment.run(completion) { try await StoreFollower.perform($0, authDelivery) }
        }
        if let archived, let checked {
            let start = StoredSession(signedIn, userName: userName, origin: origin)
            let arrived = try await ending([authDelivery]) {
                try await bring(archived, checked, start, keeper, authDelivery)
            }
            signedIn.profile = arrived.profile
            signedIn.keyStoreOrigin = arrived.keyStore.origin
            found = arrived.keyStore
        }
        let context = try await complete(
            signedIn, userName: userName, authDelivery: authDelivery, keyStore: try keyStore(), keeper: keeper)
        if let replaced { _ = await logOut(replaced) }
        return Imported(context: context, moved: checked != nil)
    }

    /// The first of the profile's origins that answers; which server it is, the login proves.
    private func reachableKeyStore(_ profile: Profile, _ keeper: SessionKeeper) async throws -> any KeyStoreService {
        var problem: ClientError?
        for origin in profile.origins {
            let service = connector.keyStore(at: origin, certificatePin: profile.certificatePin, tokens: nil) {
                try await keeper.persist(.keyStore, $0)
            }
            do {
                try origin.requireEncryption(allowingPlaintext: environment.allowsPlaintext)
                // At another place the same address may be somebody else's.
                guard try await service.serverInfo().serverID.array == profile.serverID.bytes else {
                    throw ClientError(
                        .serverIdentityChanged, "The server at \(origin) has another identity than the expected one.",
                        hint: "Ask whoever runs the key store whether it was set up anew.")
                }
                return service
            } catch let error as ClientError {
                problem = problem ?? error
            }
        }
        throw problem ?? ClientError(.notReachable, "The profile names no address of the key store.")
    }
}
