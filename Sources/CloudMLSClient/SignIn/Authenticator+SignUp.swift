import CloudMLSAPI
public import KeyHierarchy

extension Authenticator {
    /// The key store that a new user registers at.
    public enum NewKeyStore: Sendable {
        /// What whoever runs the key store handed out.
        case setupCode(SetupCode)
        /// A key store whose registration is open; its identity is believed on first use.
        case open(Origin)
    }

    /// Makes the user's accounts at both servers and signs in.
    ///
    /// Killed at any point, it can be run again with the same arguments and goes on where it stopped.
    /// - Parameters:
    ///   - userName: 3 to 64 of `a-z`, `0-9`, `.`, `_` and `-`, at both servers.
    ///   - authDelivery: the auth-delivery server's address.
    /// - Throws: `ClientError`; among others `nameTaken`, `invalidSetupCode`, `notReachable`, `alreadySignedIn`.
    public func signUp(
        userName: UserName, password: Password, authDelivery origin: Origin, keyStore: NewKeyStore
    ) async throws -> ClientContext {
        let destination = SignUp.Destination(keyStore)
        try origin.requireEncryption(allowingPlaintext: environment.allowsPlaintext)
        try destination.origin.requireEncryption(allowingPlaintext: environment.allowsPlaintext)
        let replaced = try await replaceable(by: userName, origin)
        let hasher = PasswordHasher(password, policy: environment.kdfPolicy)
        let keeper = SessionKeeper(sessions)
        let authDelivery = connector.authDelivery(at: origin, certificatePin: nil, tokens: nil) {
            try await keeper.persist(.authDelivery, $0)
        }
        let store = connector.keyStore(
            at: destination.origin, certificatePin: destination.certificatePin, tokens: nil
        ) { try await keeper.persist(.keyStore, $0) }
        let machine = try SignUp(
            userName: userName, origin: origin, destination: destination,
            pins: try await pins(userName, origin), environment: environment)
        let signedIn = try await ending([authDelivery, store]) {
            try await environment.run(machine) { action in try await Self.perform(action, authDelivery, store, hasher) }
        }
        let context = try await complete(
            signedIn, userName: userName, authDelivery: authDelivery, keyStore: store, keeper: keeper)
        if let replaced { _ = await logOut(replaced) }
        return context
    }

    /// One step of a sign-up, at the servers.
    package static func perform(
        _ action: SignUp.Action, _ authDelivery: any AuthDeliveryService, _ keyStore: any KeyStoreService,
        _ hasher: PasswordHasher
    ) async throws -> SignUp.Event {
        switch action {
        case .logIn(.authDelivery, let action):
            .login(try await perform(action, authDelivery, hasher))
        case .logIn(.keyStore, let action):
            .login(try await perform(action, keyStore, hasher))
        case .deriveKey(let kdf):
            .passwordKey(try await hasher.key(kdf))
        case .registerAtAuthDelivery(let registration):
            try await registering { try await authDelivery.register(registration) }
        case .registerAtKeyStore(let registration):
            try await registering { try await keyStore.register(registration) }
        case .readProfileSlots:
            .profileSlots(try await authDelivery.slots())
        case .readProfile:
            .profile(try await authDelivery.profile())
        case .readStore:
            .store(try await contents(of: keyStore, withOrigins: true))
        case .readAnchor(let name):
            .anchor(try await authDelivery.anchor(name.bytes))
        case .writeAnchor(let name, let body):
            try await writing {
                _ = try await authDelivery.writeAnchor(
                    name.bytes, ifRevision: 0, AnchorWrite(body: Bytes(body)))
            }
        case .writeProfileSlot(let id, let revision, let slot):
            try await writing {
                _ = try await authDelivery.writeSlot(id: id.bytes, ifRevision: revision, slot)
            }
        case .writeProfile(let profile):
            try await writing { _ = try await authDelivery.writeProfile(ifRevision: 0, profile) }
        }
    }

    private static func registering(_ register: () async throws -> Void) async throws -> SignUp.Event {
        do {
            try await register()
            return .registered
        } catch let error as ClientError where error.code == .refused(.nameTaken) {
            return .nameTaken
        } catch let error as ClientError where error.code == .refused(.registrationRefused) {
            return .registrationRefused
        }
    }

    private static func writing(_ write: () async throws -> Void) async throws -> SignUp.Event {
        do {
            try await write()
            return .written
        } catch let error as ClientError where error.code == .refused(.revisionConflict) {
            return .conflict
        }
    }

    /// What both operations read after the key store's login.
    static func contents(
        of keyStore: any KeyStoreService, withOrigins: Bool = false
    ) async throws -> StoreContents {
        var slots = try await keyStore.slots()
        let keyring = try await keyStore.keyring()
        // A rotation replaces both at once, and may have done so between the two requests.
        if keyring.handover != nil { slots = try await keyStore.slots() }
        guard let incarnation = await keyStore.incarnation() else {
            throw ClientError(
                .malformedAnswer, "The key store does not say its incarnation.",
                hint: "Check that it and this program are of the same release.")
        }
        let origins = withOrigins ? try await keyStore.serverInfo().knownOrigins : []
        return StoreContents(slots: slots, keyring: keyring, incarnation: incarnation, origins: origins)
    }

    /// A step of the login at either server.
    static func perform(
        _ action: PasswordLogin.Action, _ service: any AuthenticationService, _ hasher: PasswordHasher
    ) async throws -> PasswordLogin.Event {
        switch action {
        case .preLogin(let request):
            return .answered(try await service.preLogin(request))
        case .deriveKey(let kdf):
            return .passwordKey(try await hasher.key(kdf))
        case .logIn(let request):
            do {
                _ = try await service.login(request)
                return .loggedIn
            } catch let error as ClientError where error.code == .refused(.wrongCredentials) {
                return .wrongCredentials
            }
        }
    }
}

extension SignUp.Destination {
    init(_ choice: Authenticator.NewKeyStore) {
        switch choice {
        case .setupCode(let code):
            self.init(
                origin: code.origin, serverID: code.serverID, certificatePin: code.certificatePin, token: code.token)
        case .open(let origin):
            self.init(origin: origin, serverID: nil, certificatePin: nil, token: nil)
        }
    }
}
