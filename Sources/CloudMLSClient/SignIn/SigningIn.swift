import CloudMLSAPI
import KeyHierarchy

/// A sign-in under way: at the auth-delivery server, then at the key store that the profile there leads to. Where it fails,
/// the sessions it has begun are ended.
struct SigningIn: Sendable {
    let authenticator: Authenticator
    let userName: UserName
    let wayIn: WayIn
    let hasher: PasswordHasher
    /// Of the key store's password, where it is another one.
    let keyStoreHasher: PasswordHasher
    let authDelivery: any AuthDeliveryService
    let keeper: SessionKeeper
    /// What this device remembers of an earlier sign-in.
    let pins: ServerPins?
    /// The session that this one takes the place of.
    let replaced: StoredSession?

    private var environment: ClientEnvironment { authenticator.environment }

    /// The first half: where the store is, and what has to be there.
    func directions() async throws -> Directions {
        let machine = ProfileSignIn(
            userName: userName, wayIn: wayIn, origin: authDelivery.origin, pins: pins, environment: environment)
        return try await authenticator.ending([authDelivery]) {
            try await environment.run(machine) { action in
                switch action {
                case .logIn(let action):
                    return .login(try await Authenticator.perform(action, authDelivery, hasher))
                case .deriveKey(let kdf):
                    return .passwordKey(try await hasher.key(kdf))
                case .readSlots:
                    return .slots(try await authDelivery.slots())
                case .readProfile:
                    return .profile(try await authDelivery.profile())
                case .readAnchor(let name):
                    return .anchor(try await authDelivery.anchor(name.bytes))
                }
            }
        }
    }

    /// The second half, which leaves the device signed in.
    ///
    /// - Parameter notFound: what is said where no key store is found, for somebody who knows more.
    func enterStore(
        _ directions: Directions, notFound: (ClientError) -> ClientError = { $0 }
    ) async throws -> ClientContext {
        var directions = directions
        var found: (any KeyStoreService)?
        func keyStore() throws -> any KeyStoreService {
            guard let found else { throw ClientError.unexpectedEvent }
            return found
        }
        var succession: (any StoreSuccession)?
        var contents: StoreContents?
        func enter() async throws -> StoreSignIn.Output {
            let machine = StoreSignIn(directions, wayIn: wayIn, pins: pins, environment: environment)
            return try await environment.run(machine) { action in
                switch action {
                case .find(let profile):
                    let service = try await self.keyStore(of: profile, notFound)
                    try? await found?.logout()
                    found = service
                    return .found(service.origin)
                case .logIn(let action):
                    return .login(try await Authenticator.perform(action, try keyStore(), keyStoreHasher))
                case .readStore:
                    try await succession?.open(at: try keyStore())
                    do {
                        let read = try await Authenticator.contents(of: try keyStore())
                        contents = read
                        return .store(read)
                    } catch let error as ClientError where error.code == .refused(.storeMoved) {
                        return .moved
                    }
                case .deriveKey(let kdf):
                    return .passwordKey(try await keyStoreHasher.key(kdf))
                }
            }
        }
        var signedIn: SignedIn?
        try await authenticator.ending([authDelivery] + (found.map { [$0] } ?? [])) {
            while signedIn == nil {
                switch try await enter() {
                case .signedIn(let output):
                    signedIn = output
                case .moved:
                    let next = try await authenticator.following.successor(
                        of: directions.profile, from: try keyStore(), profileKey: directions.profileKey)
                    directions.profile = next.profile
                    succession = next
                }
            }
        }
        guard var signedIn else { throw ClientError.unexpectedEvent }
        if let succession, let contents {
            // It is another key store, and the anchor does not know it yet.
            signedIn.notices.removeAll { $0 == .keyStoreRestored }
            try await succession.announce(signedIn, contents, to: authDelivery)
        }
        return try await complete(signedIn, at: try keyStore())
    }

    /// Stores what signing in gave, in place of an earlier session, and hands out the context.
    func complete(_ signedIn: SignedIn, at keyStore: any KeyStoreService) async throws -> ClientContext {
        let context = try await authenticator.complete(
            signedIn, userName: userName, authDelivery: authDelivery, keyStore: keyStore, keeper: keeper)
        if let replaced { _ = await authenticator.logOut(replaced) }
        return context
    }

    /// The first of the profile's origins that answers; which server it is, the login proves.
    private func keyStore(
        of profile: Profile, _ notFound: (ClientError) -> ClientError
    ) async throws -> any KeyStoreService {
        do {
            return try await authenticator.connector.reachableKeyStore(
                of: profile, tokens: nil, allowingPlaintext: environment.allowsPlaintext
            ) { [keeper] in try await keeper.persist(.keyStore, $0) }
        } catch let error as ClientError {
            throw notFound(error)
        }
    }
}
