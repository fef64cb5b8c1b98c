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
        /// What a store that has moved left behind.
        case readMove
        /// Opens the store at its new place, where the device that moved it did not come to that.
        case openStore(ImportOpening)
        /// Open the archive with the key that its slot holds, and check all of it.
        case readArchive(DataKey)
    }

    package enum Event: Sendable {
        case login(PasswordLogin.Event)
        case passwordKey(PasswordKey)
        case profileSlots([StoredSlot])
        case profile(StoredProfile?)
        case anchor(StoredAnchor?)
        case keyStoreFound(Origin)
        case store(StoreContents)
        /// In place of its contents.
        case storeMoved
        case move(MoveStatus, ServerInfo)
        case storeOpened
        case archive(ArchiveContents)
    }

    /// A store in a file, where its key store is gone.
    package struct Archived: Sendable {
        package var header: ArchiveHeader
        /// Where the file is brought to. A profile that leads there by now is followed, and the file not needed.
        package var destination: ServerID
    }

    /// What is known once the password opened its slot at the auth-delivery server.
    struct Entrance {
        var serverID: ServerID
        var slots: [ProfileSlot]
        var profileID: ProfileID
        var profileKey: ProfileKey
        var notices: [SignInNotice]
    }

    /// What is known once the profile was opened and checked.
    struct Directions {
        var entrance: Entrance
        var profile: Profile
        /// Where the profile did not lead to the store yet, and what was left behind did.
        var move: ImportOpening?
    }

    enum State {
        case idle
        case authDeliveryLogin(Login)
        case profileSlots(Login.Output)
        case profileSlotKey(Login.Output, [ProfileSlot], ProfileSlot)
        case profile(Entrance)
        case anchor(Directions, AnchorName)
        case finding(Directions, StoreAnchor)
        case keyStoreLogin(Directions, StoreAnchor, Origin, Login)
        case store(Directions, StoreAnchor, Origin, Login.Output)
        case moved(Directions, StoreAnchor)
        case opening(Directions, StoreAnchor, Origin, Login.Output)
        case storeSlotKey(Directions, StoreAnchor, Origin, StoreContents, [StoreSlot], VerifiedSlot<StoreScope>)
        case archiveSlotKey(Directions, StoreAnchor, VerifiedSlot<StoreScope>)
        case archive(Directions, StoreAnchor, DataKey)
        case done
    }

    private let userName: UserName
    let wayIn: WayIn
    private let origin: Origin
    private let archived: Archived?
    let pins: ServerPins?
    let environment: ClientEnvironment
    var state = State.idle

    /// - Parameters:
    ///   - origin: the auth-delivery server's.
    ///   - pins: what this device remembers of an earlier sign-in.
    ///   - archived: what is opened in place of the key store's contents.
    package init(
        userName: UserName, wayIn: WayIn = .password, origin: Origin, pins: ServerPins?, archived: Archived? = nil,
        environment: ClientEnvironment
    ) {
        self.archived = archived
        self.userName = userName
        self.wayIn = wayIn
        self.origin = origin
        self.pins = pins
        self.environment = environment
    }

    package mutating func start() throws -> Step<Action, SignedIn> {
        var login = try Login(
            wayIn, role: .authDelivery, origin: origin, userName: userName, pinned: pins?.authDeliveryServerID,
            environment: environment)
        let step = try login.start()
        return try continueAuthDeliveryLogin(login, step)
    }

    package mutating func handle(_ event: Event) throws -> Step<Action, SignedIn> {
        switch (state, event) {
        case (.authDeliveryLogin(var login), .login(let event)):
            let step = try login.handle(event)
            return try continueAuthDeliveryLogin(login, step)
        case (.profileSlots(let login), .profileSlots(let stored)):
            return try openProfile(login, StoreChecks.slots(stored, of: ProfileScope.self))
        case (.profileSlotKey(let login, let slots, let slot), .passwordKey(let key)):
            return try enter(login, slots, slot) { slot in try slot.openUnverified(with: key) }
        case (.profile(let entrance), .profile(let stored)):
            return try follow(entrance, stored)
        case (.anchor(let directions, let name), .anchor(let stored)):
            return try measure(directions, name, stored)
        case (.finding(let directions, let anchor), .keyStoreFound(let origin)):
            var login = try Login(
                wayIn, role: .keyStore, origin: origin, userName: directions.profile.userName,
                pinned: directions.profile.serverID, environment: environment)
            let step = try login.start()
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
            return try finish(directions, anchor, origin, contents, slots) { try slot.open(with: key) }
        case (.archiveSlotKey, _), (.archive, _):
            return try handleArchive(event)
        default:
            return try handleMove(event)
        }
    }
}

// At the auth-delivery server
extension SignIn {
    private mutating func continueAuthDeliveryLogin(
        _ login: Login, _ step: Step<PasswordLogin.Action, Login.Output>
    ) throws -> Step<Action, SignedIn> {
        switch step {
        case .perform(let action):
            state = .authDeliveryLogin(login)
            return .perform(.logIn(.authDelivery, action))
        case .finished(let output):
            guard output.isAccepted else { throw ClientError.refused(wayIn) }
            state = .profileSlots(output)
            return .perform(.readProfileSlots)
        }
    }

    private mutating func openProfile(
        _ login: Login.Output, _ slots: [ProfileSlot]
    ) throws -> Step<Action, SignedIn> {
        switch wayIn {
        case .password:
            let (slot, kdf) = try StoreChecks.passwordSlot(slots)
            if let hashed = login.password, hashed.kdf == kdf {
                return try enter(login, slots, slot) { slot in try slot.openUnverified(with: hashed.passwordKey) }
            }
            try environment.kdfPolicy.accept(kdf)
            state = .profileSlotKey(login, slots, slot)
            return .perform(.deriveKey(.authDelivery, kdf))
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
    ) throws -> Step<Action, SignedIn> {
        guard let profileKey = try? opening(slot) else { throw StoreChecks.notAuthentic("A way in", .authDelivery) }
        let isWeak = login.password.map { environment.kdfPolicy.isBelowRecommendation($0.kdf.parameters) } ?? false
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
        if case .device(let device) = wayIn, device.storePublicKey != profile.storePublicKey {
            throw StoreChecks.notAuthentic("The profile", .authDelivery)
        }
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
        if let archived, directions.profile.serverID != archived.destination {
            return try openArchive(archived.header, directions, anchor)
        }
        state = .finding(directions, anchor)
        return .perform(.findKeyStore(directions.profile))
    }
}

// At the key store
extension SignIn {
    private mutating func continueKeyStoreLogin(
        _ directions: Directions, _ anchor: StoreAnchor, _ origin: Origin, _ login: Login,
        _ step: Step<PasswordLogin.Action, Login.Output>
    ) throws -> Step<Action, SignedIn> {
        switch step {
        case .perform(let action):
            state = .keyStoreLogin(directions, anchor, origin, login)
            return .perform(.logIn(.keyStore, action))
        case .finished(let output):
            guard output.isAccepted else { throw ClientError.refusedAtKeyStore(wayIn) }
            guard let move = directions.move else {
                state = .store(directions, anchor, origin, output)
                return .perform(.readStore)
            }
            state = .opening(directions, anchor, origin, output)
            return .perform(.openStore(move))
        }
    }

    /// The store has moved, and the device that moved it did not come to write the profile.
    private mutating func handleMove(_ event: Event) throws -> Step<Action, SignedIn> {
        switch (state, event) {
        case (.store(let directions, let anchor, _, _), .storeMoved):
            state = .moved(directions, anchor)
            return .perform(.readMove)
        case (.moved(var directions, let anchor), .move(let status, let server)):
            let (next, opening) = try StoreChecks.forwarded(
                status, by: server, from: directions.profile, with: directions.entrance.profileKey)
            directions.profile = next
            directions.move = opening
            state = .finding(directions, anchor)
            return .perform(.findKeyStore(next))
        case (.opening(let directions, let anchor, let origin, let login), .storeOpened):
            state = .store(directions, anchor, origin, login)
            return .perform(.readStore)
        default:
            throw ClientError.unexpectedEvent
        }
    }

    private mutating func unlock(
        _ directions: Directions, _ anchor: StoreAnchor, _ origin: Origin, _ login: Login.Output,
        _ contents: StoreContents
    ) throws -> Step<Action, SignedIn> {
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
                return try finish(directions, anchor, origin, contents, slots) {
                    try password.open(with: hashed.passwordKey)
                }
            }
            try environment.kdfPolicy.accept(kdf)
            state = .storeSlotKey(directions, anchor, origin, contents, slots, password)
            return .perform(.deriveKey(.keyStore, kdf))
        case .recovery(let code):
            let slot = try verifiedSlot(StoreChecks.recoverySlot(slots, of: code))
            return try finish(directions, anchor, origin, contents, slots) { try slot.open(with: code) }
        case .device(let device):
            let slot = try verifiedSlot(StoreChecks.deviceSlot(slots, of: device.store))
            return try finish(directions, anchor, origin, contents, slots) { try slot.open(with: device.store.slotKey) }
        }
    }

    private mutating func finish(
        _ directions: Directions, _ anchor: StoreAnchor, _ origin: Origin, _ contents: StoreContents,
        _ slots: [StoreSlot], opening: () throws -> DataKey
    ) throws -> Step<Action, SignedIn> {
        let profile = directions.profile
        guard let dataKey = try? opening() else { throw StoreChecks.notAuthentic("A way in", .keyStore) }
        let (keyring, revision) = try StoreChecks.open(
            contents.keyring, with: dataKey, storeID: profile.storeID, by: profile.storePublicKey)
        var notices = try StoreChecks.compare(
            anchor, pins: pins, keyringRevision: revision, slots: slots, incarnation: contents.incarnation)
        try StoreChecks.compare(
            keyring, authDelivery: directions.entrance.serverID, profileKey: directions.entrance.profileKey)
        var arrival: MoveCompletion.Arrival?
        if let move = directions.move.flatMap({ MoveID(bytes: $0.moveID.array) }) {
            arrival = try MoveCompletion.Arrival(profile, moveID: move, contents, dataKey: dataKey)
            // It is another key store, and the anchor does not know it yet.
            notices.removeAll { $0 == .keyStoreRestored }
        }
        state = .done
        return .finished(
            SignedIn(
                authDeliveryServerID: directions.entrance.serverID, profileID: directions.entrance.profileID,
                profile: profile, keyStoreOrigin: origin, dataKey: dataKey, keyring: keyring,
                keyringRevision: revision, notices: directions.entrance.notices + notices, arrival: arrival))
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

extension SignIn.Action: OperationAction {
    package enum Kind: String, ActionKind {
        case askAuthDelivery
        case hashForAuthDelivery
        case logInAtAuthDelivery
        case askKeyStore
        case hashForKeyStore
        case logInAtKeyStore
        case deriveKey
        case readProfileSlots
        case readProfile
        case readAnchor
        case findKeyStore
        case readStore
        case readMove
        case openStore
        case readArchive
    }

    package var kind: Kind {
        switch self {
        case .logIn(.authDelivery, let action):
            switch action.kind {
            case .preLogin: .askAuthDelivery
            case .deriveKey: .hashForAuthDelivery
            case .logIn: .logInAtAuthDelivery
            }
        case .logIn(.keyStore, let action):
            switch action.kind {
            case .preLogin: .askKeyStore
            case .deriveKey: .hashForKeyStore
            case .logIn: .logInAtKeyStore
            }
        case .deriveKey: .deriveKey
        case .readProfileSlots: .readProfileSlots
        case .readProfile: .readProfile
        case .readAnchor: .readAnchor
        case .findKeyStore: .findKeyStore
        case .readStore: .readStore
        case .readMove: .readMove
        case .openStore: .openStore
        case .readArchive: .readArchive
        }
    }
}
