import CloudMLSAPI
import KeyHierarchy

/// The second half of a sign-in, at the key store that the profile leads to: login, slot signatures, the way in's slot, the
/// keyring, each checked against the profile and the anchor. Where the store has moved from there, it ends with that.
struct StoreSignIn: OperationMachine {
    enum Action: Sendable {
        /// Find the first of the profile's origins that answers.
        case find(Profile)
        case logIn(PasswordLogin.Action)
        case readStore
        case deriveKey(PasswordKDF)
    }

    enum Event: Sendable {
        case found(Origin)
        case login(PasswordLogin.Event)
        case store(StoreContents)
        /// In place of its contents.
        case moved
        case passwordKey(PasswordKey)
    }

    enum Output: Sendable {
        case signedIn(SignedIn)
        case moved
    }

    private enum State {
        case idle
        case finding
        case login(Origin, Login)
        case store(Origin, Login.Output)
        case slotKey(Origin, contents: StoreContents, slots: [StoreSlot], slot: VerifiedSlot<StoreScope>)
        case done
    }

    private let wayIn: WayIn
    private let directions: Directions
    private let pins: ServerPins?
    private let environment: ClientEnvironment
    private var state = State.idle

    /// - Parameter pins: what this device remembers of an earlier sign-in.
    init(_ directions: Directions, wayIn: WayIn, pins: ServerPins?, environment: ClientEnvironment) {
        self.directions = directions
        self.wayIn = wayIn
        self.pins = pins
        self.environment = environment
    }

    mutating func start() -> Step<Action, Output> {
        state = .finding
        return .perform(.find(directions.profile))
    }

    mutating func handle(_ event: Event) throws -> Step<Action, Output> {
        switch (state, event) {
        case (.finding, .found(let origin)):
            var login = try Login(
                wayIn, role: .keyStore, origin: origin, userName: directions.profile.userName,
                pinned: directions.profile.serverID, environment: environment)
            let step = try login.start()
            return try continueLogin(origin, login, step)
        case (.login(let origin, var login), .login(let event)):
            let step = try login.handle(event)
            return try continueLogin(origin, login, step)
        case (.store(let origin, let login), .store(let contents)):
            return try unlock(origin, login, contents)
        case (.store, .moved):
            state = .done
            return .finished(.moved)
        case (.slotKey(let origin, let contents, let slots, let slot), .passwordKey(let key)):
            return try finish(origin, contents, slots) { try slot.open(with: key) }
        default:
            throw ClientError.unexpectedEvent
        }
    }

    private mutating func continueLogin(
        _ origin: Origin, _ login: Login, _ step: Step<PasswordLogin.Action, Login.Output>
    ) throws -> Step<Action, Output> {
        switch step {
        case .perform(let action):
            state = .login(origin, login)
            return .perform(.logIn(action))
        case .finished(let output):
            guard output.isAccepted else { throw ClientError.refusedAtKeyStore(wayIn) }
            state = .store(origin, output)
            return .perform(.readStore)
        }
    }

    private mutating func unlock(
        _ origin: Origin, _ login: Login.Output, _ contents: StoreContents
    ) throws -> Step<Action, Output> {
        let slots = try StoreChecks.slots(contents.slots, of: StoreScope.self)
        let verified = try StoreChecks.verify(
            slots, by: directions.profile.storePublicKey, scopeID: directions.profile.storeID)
        func verifiedSlot(_ slot: StoreSlot) throws -> VerifiedSlot<StoreScope> {
            guard let found = verified.first(where: { $0.slot == slot }) else { throw ClientError.unexpectedEvent }
            return found
        }
        switch wayIn {
        case .password:
            let (slot, kdf) = try StoreChecks.passwordSlot(slots)
            let password = try verifiedSlot(slot)
            if let hashed = login.password, hashed.kdf == kdf {
                return try finish(origin, contents, slots) { try password.open(with: hashed.passwordKey) }
            }
            try environment.kdfPolicy.accept(kdf)
            state = .slotKey(origin, contents: contents, slots: slots, slot: password)
            return .perform(.deriveKey(kdf))
        case .recovery(let code):
            let slot = try verifiedSlot(StoreChecks.recoverySlot(slots, of: code))
            return try finish(origin, contents, slots) { try slot.open(with: code) }
        case .device(let device):
            let slot = try verifiedSlot(StoreChecks.deviceSlot(slots, of: device.store))
            return try finish(origin, contents, slots) { try slot.open(with: device.store.slotKey) }
        }
    }

    private mutating func finish(
        _ origin: Origin, _ contents: StoreContents, _ slots: [StoreSlot], opening: () throws -> DataKey
    ) throws -> Step<Action, Output> {
        let profile = directions.profile
        guard let dataKey = try? opening() else { throw StoreChecks.notAuthentic("A way in", .keyStore) }
        let (keyring, revision) = try StoreChecks.open(
            contents.keyring, with: dataKey, storeID: profile.storeID, by: profile.storePublicKey)
        let notices = try StoreChecks.compare(
            directions.anchor, pins: pins, keyringRevision: revision, slots: slots,
            incarnation: contents.incarnation)
        try StoreChecks.compare(keyring, authDelivery: directions.serverID, profileKey: directions.profileKey)
        state = .done
        return .finished(
            .signedIn(
                SignedIn(
                    authDeliveryServerID: directions.serverID, profileID: directions.profileID, profile: profile,
                    keyStoreOrigin: origin, dataKey: dataKey, keyring: keyring, keyringRevision: revision,
                    notices: directions.notices + notices)))
    }
}

extension StoreSignIn.Action: OperationAction {
    enum Kind: String, ActionKind {
        case find
        case ask
        case hash
        case logIn
        case readStore
        case deriveKey
    }

    var kind: Kind {
        switch self {
        case .find: .find
        case .logIn(let action):
            switch action.kind {
            case .preLogin: .ask
            case .deriveKey: .hash
            case .logIn: .logIn
            }
        case .readStore: .readStore
        case .deriveKey: .deriveKey
        }
    }
}

extension ClientError {
    /// The auth-delivery server took a way in, and the key store does not.
    fileprivate static func refusedAtKeyStore(_ wayIn: WayIn) -> Self {
        switch wayIn {
        case .password: passwordsDiffer
        case .recovery, .device:
            Self(
                .wrongPassword, "The auth-delivery server takes this way in, and the key store does not.",
                hint: "Adding or removing it was cut short: use another way in, then remove what is left of it.")
        }
    }

    static var passwordsDiffer: Self {
        Self(
            .passwordsDiffer, "The auth-delivery server takes this password, and the key store wants another one.",
            hint: "A password change may have been cut short: give the key store's password too, then change it again.")
    }
}
