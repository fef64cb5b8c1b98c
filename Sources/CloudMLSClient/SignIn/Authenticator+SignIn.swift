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
        return try await signIn(userName, .password, origin, hasher, keyStoreHasher)
    }

    /// Signs in with a recovery code, where the password is lost.
    ///
    /// - Throws: `ClientError`, as signing in with a password does.
    public func signIn(
        userName: UserName, recoveryCode: RecoveryCode, authDelivery origin: Origin
    ) async throws -> ClientContext {
        try await signIn(userName, .recovery(recoveryCode), origin, .none, .none)
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
        return try await signIn(userName, .device(device), origin, .none, .none)
    }

    private func signIn(
        _ userName: UserName, _ wayIn: WayIn, _ origin: Origin, _ hasher: PasswordHasher,
        _ keyStoreHasher: PasswordHasher
    ) async throws -> ClientContext {
        let signingIn = try await begin(userName, wayIn, origin, hasher, keyStoreHasher)
        return try await signingIn.enterStore(try await signingIn.directions())
    }

    /// Prepares a sign-in; asks no server.
    ///
    /// - Throws: `alreadySignedIn`, `insecureAddress` or `localStorage`.
    func begin(
        _ userName: UserName, _ wayIn: WayIn, _ origin: Origin, _ hasher: PasswordHasher,
        _ keyStoreHasher: PasswordHasher
    ) async throws -> SigningIn {
        try origin.requireEncryption(allowingPlaintext: environment.allowsPlaintext)
        let replaced = try await replaceable(by: userName, origin)
        let keeper = SessionKeeper(sessions)
        let authDelivery = connector.authDelivery(at: origin, certificatePin: nil, tokens: nil) {
            try await keeper.persist(.authDelivery, $0)
        }
        return SigningIn(
            authenticator: self, userName: userName, wayIn: wayIn, hasher: hasher, keyStoreHasher: keyStoreHasher,
            authDelivery: authDelivery, keeper: keeper, pins: try await pins(userName, origin), replaced: replaced)
    }
}
