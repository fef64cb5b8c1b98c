import CloudMLSAPI
import KeyHierarchy

/// The first half of a sign-in, at the auth-delivery server: login, profile slot, profile, the store's anchor. Each is
/// checked before the next is asked for (docs/consistency.md, "Signing in").
struct ProfileSignIn: OperationMachine {
    enum Action: Sendable {
        case logIn(PasswordLogin.Action)
        case deriveKey(PasswordKDF)
        case readSlots
        case readProfile
        case readAnchor(AnchorName)
    }

    enum Event: Sendable {
        case login(PasswordLogin.Event)
        case passwordKey(PasswordKey)
        case slots([StoredSlot])
        case profile(StoredProfile?)
        case anchor(StoredAnchor?)
    }

    /// What is known once the way in has opened its slot.
    private struct Entrance {
        var serverID: ServerID
        var slots: [ProfileSlot]
        var profileID: ProfileID
        var profileKey: ProfileKey
        var notices: [SignInNotice]
    }

    private enum State {
        case idle
        case login(Login)
        case slots(Login.Output)
        case slotKey(Login.Output, [ProfileSlot], ProfileSlot)
        case profile(Entrance)
        case anchor(Entrance, Profile, AnchorName)
        case done
    }

    private let userName: UserName
    private let wayIn: WayIn
    private let origin: Origin
    private let pins: ServerPins?
    private let environment: ClientEnvironment
    private var state = State.idle

    /// - Parameters:
    ///   - origin: the auth-delivery server's.
    ///   - pins: what this device remembers of an earlier sign-in.
    init(
        userName: UserName, wayIn: WayIn, origin: Origin, pins: ServerPins?, environment: ClientEnvironment
    ) {
        self.userName = userName
        self.wayIn = wayIn
        self.origin = origin
        self.pins = pins
        self.environment = environment
    }

    mutating func start() throws -> Step<Action, Directions> {
        var login = try Login(
            wayIn, role: .authDelivery, origin: origin, userName: userName, pinned: pins?.authDeliveryServerID,
            environment: environment)
        let step = try login.start()
        return try continueLogin(login, step)
    }

    mutating func handle(_ event: Event) throws -> Step<Action, Directions> {
        switch (state, event) {
        case (.login(var login), .login(let event)):
            let step = try login.handle(event)
            return try continueLogin(login, step)
        case (.slots(let login), .slots(let stored)):
            return try openSlot(login, StoreChecks.slots(stored, of: ProfileScope.self))
        case (.slotKey(let login, let slots, let slot), .passwordKey(let key)):
            return try enter(login, slots, slot) { slot in try slot.openUnverified(with: key) }
        case (.profile(let entrance), .profile(let stored)):
            return try follow(entrance, stored)
        case (.anchor(let entrance, let profile, let name), .anchor(let stored)):
            return try measure(entrance, profile, name, stored)
        default:
            throw ClientError.unexpectedEvent
        }
    }

    private mutating func continueLogin(
        _ login: Login, _ step: Step<PasswordLogin.Action, Login.Output>
    ) throws -> Step<Action, Directions> {
        switch step {
        case .perform(let action):
            state = .login(login)
            return .perform(.logIn(action))
        case .finished(let output):
            guard output.isAccepted else { throw ClientError.refused(wayIn) }
            state = .slots(output)
            return .perform(.readSlots)
        }
    }

    private mutating func openSlot(
        _ login: Login.Output, _ slots: [ProfileSlot]
    ) throws -> Step<Action, Directions> {
        switch wayIn {
        case .password:
            let (slot, kdf) = try StoreChecks.passwordSlot(slots)
            if let hashed = login.password, hashed.kdf == kdf {
                return try enter(login, slots, slot) { slot in try slot.openUnverified(with: hashed.passwordKey) }
            }
            try environment.kdfPolicy.accept(kdf)
            state = .slotKey(login, slots, slot)
            return .perform(.deriveKey(kdf))
        case .recovery(let code):
            let slot = try StoreChecks.recoverySlot(slots, of: code)
            return try enter(login, slots, slot) { slot in try slot.openUnverified(with: code) }
        case .device(let device):
            let slot = try StoreChecks.deviceSlot(slots, of: device.profile)
            return try enter(login, slots, slot) { slot in
                try slot.verified(by: device.storePublicKey, scopeID: slot.header.scopeID)
                    .open(with: device.profile.slotKey)
            }
        }
    }

    private mutating func enter(
        _ login: Login.Output, _ slots: [ProfileSlot], _ slot: ProfileSlot,
        opening: (ProfileSlot) throws -> ProfileKey
    ) throws -> Step<Action, Directions> {
        guard let profileKey = try? opening(slot) else { throw StoreChecks.notAuthentic("A way in", .authDelivery) }
        let isWeak = login.password.map { environment.kdfPolicy.isBelowRecommendation($0.kdf.parameters) } ?? false
        state = .profile(
            Entrance(
                serverID: login.serverID, slots: slots, profileID: slot.header.scopeID, profileKey: profileKey,
                notices: isWeak ? [.weakPasswordHash] : []))
        return .perform(.readProfile)
    }

    private mutating func follow(_ entrance: Entrance, _ stored: StoredProfile?) throws -> Step<Action, Directions> {
        guard let stored else {
            throw ClientError(
                .signUpIncomplete, "The account exists, but signing up was cut short.",
                hint: "Sign up again with the same name, password and setup code: it goes on where it stopped.")
        }
        let profile = try StoreChecks.open(
            stored, with: entrance.profileKey, profileID: entrance.profileID, pins: pins)
        if case .device(let device) = wayIn, device.storePublicKey != profile.storePublicKey {
            throw StoreChecks.notAuthentic("The profile", .authDelivery)
        }
        // The slots were opened before the store's key was known; from here on it is.
        _ = try StoreChecks.verify(entrance.slots, by: profile.storePublicKey, scopeID: entrance.profileID)
        let name = AnchorSealer(profileKey: entrance.profileKey).name(storeID: profile.storeID)
        state = .anchor(entrance, profile, name)
        return .perform(.readAnchor(name))
    }

    private mutating func measure(
        _ entrance: Entrance, _ profile: Profile, _ name: AnchorName, _ stored: StoredAnchor?
    ) throws -> Step<Action, Directions> {
        // Signing up writes the anchor before the profile, so there is one.
        guard let stored else { throw StoreChecks.rolledBack("The auth-delivery server", "state") }
        let sealer = AnchorSealer(profileKey: entrance.profileKey)
        let anchor = try StoreChecks.open(stored, name: name, with: sealer)
        state = .done
        return .finished(
            Directions(
                serverID: entrance.serverID, profileID: entrance.profileID, profileKey: entrance.profileKey,
                profile: profile, anchor: anchor, notices: entrance.notices))
    }
}

/// What the auth-delivery server told somebody who signs in: where the store is, and what has to be there.
struct Directions: Sendable {
    /// The auth-delivery server's.
    var serverID: ServerID
    var profileID: ProfileID
    var profileKey: ProfileKey
    var profile: Profile
    var anchor: StoreAnchor
    var notices: [SignInNotice]
}

extension ProfileSignIn.Action: OperationAction {
    enum Kind: String, ActionKind {
        case ask
        case hash
        case logIn
        case deriveKey
        case readSlots
        case readProfile
        case readAnchor
    }

    var kind: Kind {
        switch self {
        case .logIn(let action):
            switch action.kind {
            case .preLogin: .ask
            case .deriveKey: .hash
            case .logIn: .logIn
            }
        case .deriveKey: .deriveKey
        case .readSlots: .readSlots
        case .readProfile: .readProfile
        case .readAnchor: .readAnchor
        }
    }
}

extension ClientError {
    /// The auth-delivery server does not take a way in.
    fileprivate static func refused(_ wayIn: WayIn) -> Self {
        switch wayIn {
        case .password:
            Self(
                .wrongPassword, "The user name or the password is wrong.",
                hint: "Check both; a new user signs up first. After a password change that was cut short, the old "
                    + "password may still be the one.")
        case .recovery:
            Self(
                .wrongPassword, "The user name or the recovery code is wrong.",
                hint: "Check both; a code that was replaced or removed no longer works.")
        case .device:
            Self(
                .wrongPassword, "The auth-delivery server does not know this device's key.",
                hint: "It was removed from another device: sign in with the password or a recovery code.")
        }
    }
}
