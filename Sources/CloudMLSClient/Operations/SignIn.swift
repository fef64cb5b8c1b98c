package import CloudMLSAPI
package import KeyHierarchy

/// Sign-in on a new device, in the order and with the checks of DESIGN §3: auth-delivery login, profile slot, profile,
/// anchor, key store login, slot signatures, password slot, keyring.
package struct SignIn: OperationMachine {
    package enum Action: Sendable {
        case logIn(ServerRole, PasswordLogin.Action)
        /// Hash the password that the server with this role takes.
        case deriveKey(ServerRole, PasswordKDF)
        case readProfileSlots
        case readProfile
        case readAnchor(AnchorName)
        /// Find the first of the profile's origins that answers.
        case findKeyStore(Profile)
        case readStore
    }

    package enum Event: Sendable {
        case login(PasswordLogin.Event)
        case passwordKey(PasswordKey)
        case profileSlots([StoredSlot])
        case profile(StoredProfile?)
        case anchor(StoredAnchor?)
        case keyStoreFound(Origin)
        case store(StoreContents)
    }

    /// What is known once the password opened its slot at the auth-delivery server.
    private struct Entrance {
        var serverID: ServerID
        var slots: [ProfileSlot]
        var profileID: ProfileID
        var profileKey: ProfileKey
        var notices: [SignInNotice]
    }

    /// What is known once the profile was opened and checked.
    private struct Directions {
        var entrance: Entrance
        var profile: Profile
    }

    private enum State {
        case idle
        case authDeliveryLogin(PasswordLogin)
        case profileSlots(PasswordLogin.Output)
        case profileSlotKey(PasswordLogin.Output, [ProfileSlot], ProfileSlot)
        case profile(Entrance)
        case anchor(Directions, AnchorName)
        case finding(Directions, StoreAnchor)
        case keyStoreLogin(Directions, StoreAnchor, Origin, PasswordLogin)
        case store(Directions, StoreAnchor, Origin, PasswordLogin.Output)
        case storeSlotKey(Directions, StoreAnchor, Origin, StoreContents, [StoreSlot], VerifiedSlot<StoreScope>)
        case done
    }

    private let userName: UserName
    private let origin: Origin
    private let pins: ServerPins?
    private let environment: ClientEnvironment
    private var state = State.idle

    /// - Parameters:
    ///   - origin: the auth-delivery server's.
    ///   - pins: what this device remembers of an earlier sign-in.
    package init(userName: UserName, origin: Origin, pins: ServerPins?, environment: ClientEnvironment) {
        self.userName = userName
        self.origin = origin
        self.pins = pins
        self.environment = environment
    }

    package mutating func start() throws -> Step<Action, SignedIn> {
        var login = PasswordLogin(
            role: .authDelivery, origin: origin, userName: userName, pinned: pins?.authDeliveryServerID,
            environment: environment)
        let step = login.start()
        return try continueAuthDeliveryLogin(login, step)
    }

    package mutating func handle(_ event: Event) throws -> Step<Action, SignedIn> {
        switch (state, event) {
        case (.authDeliveryLogin(var login), .login(let event)):
            let step = try login.handle(event)
            return try continueAuthDeliveryLogin(login, step)
        case (.profileSlots(let login), .profileSlots(let stored)):
            let slots = try StoreChecks.slots(stored, of: ProfileScope.self)
            let (slot, kdf) = try StoreChecks.passwordSlot(slots)
            guard kdf != login.kdf else { return try enter(login, slots, slot, login.passwordKey) }
            try environment.kdfPolicy.accept(kdf)
            state = .profileSlotKey(login, slots, slot)
            return .perform(.deriveKey(.authDelivery, kdf))
        case (.profileSlotKey(let login, let slots, let slot), .passwordKey(let key)):
            return try enter(login, slots, slot, key)
        case (.profile(let entrance), .profile(let stored)):
            return try follow(entrance, stored)
        case (.anchor(let directions, let name), .anchor(let stored)):
            return try measure(directions, name, stored)
        case (.finding(let directions, let anchor), .keyStoreFound(let origin)):
            var login = PasswordLogin(
                role: .keyStore, origin: origin, userName: directions.profile.userName,
                pinned: directions.profile.serverID, environment: environment)
            let step = login.start()
            return try continueKeyStoreLogin(directions, anchor, origin, login, step)
        case (.keyStoreLogin(let directions, let anchor, let origin, var login), .login(let event)):
            let step = try login.handle(event)
            return try continueKeyStoreLogin(directions, anchor, origin, login, step)
        case (.store(let directions, let anchor, let origin, let login), .store(let contents)):
            return try unlock(directions, anchor, origin, login, contents)
        case (
            .storeSlotKey(let directions, let anchor, let origin, let contents, let slots, let slot),
            .passwordKey(let key)
        ):
            return try finish(directions, anchor, origin, contents, slots, slot, key)
        default:
            throw ClientError.unexpectedEvent
        }
    }
}

// At the auth-delivery server
extension SignIn {
    private mutating func continueAuthDeliveryLogin(
        _ login: PasswordLogin, _ step: Step<PasswordLogin.Action, PasswordLogin.Output>
    ) throws -> Step<Action, SignedIn> {
        switch step {
        case .perform(let action):
            state = .authDeliveryLogin(login)
            return .perform(.logIn(.authDelivery, action))
        case .finished(let output):
            guard output.isAccepted else {
                throw ClientError(
                    .wrongPassword, "The user name or the password is wrong.",
                    hint: "Check both; a new user signs up first.")
            }
            state = .profileSlots(output)
            return .perform(.readProfileSlots)
        }
    }

    private mutating func enter(
        _ login: PasswordLogin.Output, _ slots: [ProfileSlot], _ slot: ProfileSlot, _ key: PasswordKey
    ) throws -> Step<Action, SignedIn> {
        guard let profileKey = try? slot.openUnverified(with: key) else {
            throw StoreChecks.notAuthentic("A way in", .authDelivery)
        }
        let isWeak = environment.kdfPolicy.isBelowRecommendation(login.kdf.parameters)
        state = .profile(
            Entrance(
                serverID: login.serverID, slots: slots, profileID: slot.header.scopeID, profileKey: profileKey,
                notices: isWeak ? [.weakPasswordHash] : []))
        return .perform(.readProfile)
    }

    private mutating func follow(_ entrance: Entrance, _ stored: StoredProfile?) throws -> Step<Action, SignedIn> {
        guard let stored else {
            throw ClientError(
                .signUpIncomplete, "The account exists, but signing up was cut short.",
                hint: "Sign up again with the same name, password and setup code: it goes on where it stopped.")
        }
        let profile = try StoreChecks.open(
            stored, with: entrance.profileKey, profileID: entrance.profileID, pins: pins)
        // The slots were opened before the store's key was known; from here on it is.
        _ = try StoreChecks.verify(entrance.slots, by: profile.storePublicKey, scopeID: entrance.profileID)
        let name = AnchorSealer(profileKey: entrance.profileKey).name(storeID: profile.storeID)
        state = .anchor(Directions(entrance: entrance, profile: profile), name)
        return .perform(.readAnchor(name))
    }

    private mutating func measure(
        _ directions: Directions, _ name: AnchorName, _ stored: StoredAnchor?
    ) throws -> Step<Action, SignedIn> {
        // Signing up writes the anchor before the profile, so there is one.
        guard let stored else { throw StoreChecks.rolledBack("The auth-delivery server", "state") }
        let sealer = AnchorSealer(profileKey: directions.entrance.profileKey)
        let anchor = try StoreChecks.open(stored, name: name, with: sealer)
        state = .finding(directions, anchor)
        return .perform(.findKeyStore(directions.profile))
    }
}

// At the key store
extension SignIn {
    private mutating func continueKeyStoreLogin(
        _ directions: Directions, _ anchor: StoreAnchor, _ origin: Origin, _ login: PasswordLogin,
        _ step: Step<PasswordLogin.Action, PasswordLogin.Output>
    ) throws -> Step<Action, SignedIn> {
        switch step {
        case .perform(let action):
            state = .keyStoreLogin(directions, anchor, origin, login)
            return .perform(.logIn(.keyStore, action))
        case .finished(let output):
            guard output.isAccepted else { throw ClientError.passwordsDiffer }
            state = .store(directions, anchor, origin, output)
            return .perform(.readStore)
        }
    }

    private mutating func unlock(
        _ directions: Directions, _ anchor: StoreAnchor, _ origin: Origin, _ login: PasswordLogin.Output,
        _ contents: StoreContents
    ) throws -> Step<Action, SignedIn> {
        let slots = try StoreChecks.slots(contents.slots, of: StoreScope.self)
        let verified = try StoreChecks.verify(
            slots, by: directions.profile.storePublicKey, scopeID: directions.profile.storeID)
        let (slot, kdf) = try StoreChecks.passwordSlot(slots)
        guard let password = verified.first(where: { $0.slot == slot }) else { throw ClientError.unexpectedEvent }
        guard kdf != login.kdf else {
            return try finish(directions, anchor, origin, contents, slots, password, login.passwordKey)
        }
        try environment.kdfPolicy.accept(kdf)
        state = .storeSlotKey(directions, anchor, origin, contents, slots, password)
        return .perform(.deriveKey(.keyStore, kdf))
    }

    private mutating func finish(
        _ directions: Directions, _ anchor: StoreAnchor, _ origin: Origin, _ contents: StoreContents,
        _ slots: [StoreSlot], _ slot: VerifiedSlot<StoreScope>, _ key: PasswordKey
    ) throws -> Step<Action, SignedIn> {
        let profile = directions.profile
        guard let dataKey = try? slot.open(with: key) else { throw StoreChecks.notAuthentic("A way in", .keyStore) }
        let (keyring, revision) = try StoreChecks.open(
            contents.keyring, with: dataKey, storeID: profile.storeID, by: profile.storePublicKey)
        let notices = try StoreChecks.compare(
            anchor, pins: pins, keyringRevision: revision, slots: slots, incarnation: contents.incarnation)
        try StoreChecks.compare(
            keyring, authDelivery: directions.entrance.serverID, profileKey: directions.entrance.profileKey)
        state = .done
        return .finished(
            SignedIn(
                authDeliveryServerID: directions.entrance.serverID, profileID: directions.entrance.profileID,
                profile: profile, keyStoreOrigin: origin, dataKey: dataKey, keyring: keyring,
                keyringRevision: revision, notices: directions.entrance.notices + notices))
    }
}

extension ClientError {
    static var passwordsDiffer: Self {
        Self(
            .passwordsDiffer, "The auth-delivery server takes this password, and the key store wants another one.",
            hint: "A password change may have been cut short: give the key store's password too, then change it again.")
    }
}
