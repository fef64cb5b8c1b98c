package import CloudMLSAPI
package import KeyHierarchy
import MLSCodec

/// Sign-up: auth-delivery account, key store account, then anchor and profile (docs/consistency.md).
///
/// Each account is first tried with a login under the salt that the server offers, so that a run after a crash finds
/// what the one before it left. The profile comes last: where there is one, everything else is there.
package struct SignUp: OperationMachine {
    package enum Action: Sendable {
        case logIn(ServerRole, PasswordLogin.Action)
        case deriveKey(PasswordKDF)
        case registerAtAuthDelivery(AuthDeliveryRegistration)
        case readProfileSlots
        case readProfile
        case registerAtKeyStore(KeyStoreRegistration)
        case readStore
        case readAnchor(AnchorName)
        case writeAnchor(AnchorName, [UInt8])
        case writeProfileSlot(SlotID, ifRevision: UInt64, SlotWrite)
        case writeProfile(ProfileWrite)
    }

    package enum Event: Sendable {
        case login(PasswordLogin.Event)
        case passwordKey(PasswordKey)
        case registered
        case nameTaken
        /// Registration is closed, or the setup code is not good.
        case registrationRefused
        case profileSlots([StoredSlot])
        case profile(StoredProfile?)
        case store(StoreContents)
        case anchor(StoredAnchor?)
        case written
        /// Another device was faster.
        case conflict
    }

    /// The key store that is to hold the user's data.
    package struct Destination: Sendable {
        package var origin: Origin
        /// Nil on first use, where no setup code names it.
        package var serverID: ServerID?
        package var certificatePin: CertificatePin?
        package var token: SetupToken?

        package init(origin: Origin, serverID: ServerID?, certificatePin: CertificatePin?, token: SetupToken?) {
            self.origin = origin
            self.serverID = serverID
            self.certificatePin = certificatePin
            self.token = token
        }
    }

    /// The account at the auth-delivery server, logged in and opened.
    private struct Entrance {
        var serverID: ServerID
        var stored: StoredSlot
        var slot: ProfileSlot
        var kdf: PasswordKDF
        var passwordKey: PasswordKey
        var profileKey: ProfileKey
        var profile: Profile?

        var profileID: ProfileID { slot.header.scopeID }
    }

    /// The key store's account, logged in, opened and checked.
    private struct Store {
        var serverID: ServerID
        var storeID: StoreID
        var slots: [StoreSlot]
        var dataKey: DataKey
        var keyring: Keyring
        var keyringRevision: Revision
        var incarnation: [UInt8]
        var origins: [Origin]
    }

    private enum State {
        case idle
        case authDeliveryLogin(PasswordLogin, isRegistered: Bool)
        case authDeliveryKey(ServerID, PasswordKDF)
        case authDeliveryRegistration
        case profileSlots(PasswordLogin.Output)
        case profileSlotKey(PasswordLogin.Output, StoredSlot, ProfileSlot)
        case profile(Entrance)
        case keyStoreLogin(Entrance, PasswordLogin, isRegistered: Bool)
        case keyStoreKey(Entrance, ServerID, PasswordKDF)
        case keyStoreRegistration(Entrance)
        case store(Entrance, PasswordLogin.Output)
        case storeSlotKey(
            Entrance, login: PasswordLogin.Output, contents: StoreContents, slots: [StoreSlot], slot: StoreSlot)
        case anchor(Entrance, Store, AnchorName)
        case anchorWrite(Entrance, Store, AnchorName)
        case slotWrite(Entrance, Store)
        case profileWrite(Entrance, Store, Profile)
        case done
    }

    private let userName: UserName
    private let origin: Origin
    private let destination: Destination
    private let pins: ServerPins?
    private let environment: ClientEnvironment
    /// Signs the first slots; it goes into the keyring when the key store's account is made.
    private let signingKey: StoreSigningKey
    private var notices: [SignInNotice] = []
    private var state = State.idle
    private var conflicts = 0

    /// - Parameters:
    ///   - userName: at both servers.
    ///   - origin: the auth-delivery server's.
    package init(
        userName: UserName, origin: Origin, destination: Destination, pins: ServerPins?,
        environment: ClientEnvironment
    ) throws {
        self.userName = userName
        self.origin = origin
        self.destination = destination
        self.pins = pins
        self.environment = environment
        signingKey = try StoreSigningKey(seed: environment.fresh())
    }

    package mutating func start() throws -> Step<Action, SignedIn> {
        try logInAtAuthDelivery(isRegistered: false)
    }

    package mutating func handle(_ event: Event) throws -> Step<Action, SignedIn> {
        switch (state, event) {
        case (.authDeliveryLogin(var login, let isRegistered), .login(let event)):
            let step = try login.handle(event)
            return try continueAuthDeliveryLogin(login, step, isRegistered: isRegistered)
        case (.authDeliveryKey(let serverID, let kdf), .passwordKey(let key)):
            return try registerAtAuthDelivery(serverID, kdf, key)
        case (.authDeliveryRegistration, .registered):
            return try logInAtAuthDelivery(isRegistered: true)
        case (.authDeliveryRegistration, .nameTaken):
            throw ClientError.nameTaken(userName, .authDelivery)
        case (.authDeliveryRegistration, .registrationRefused):
            throw ClientError(
                .refused(.registrationRefused), "The auth-delivery server takes no new users.",
                hint: "Ask its operator.")
        case (.profileSlots(let login), .profileSlots(let stored)):
            return try findProfileSlot(login, stored)
        case (.profileSlotKey(let login, let stored, let slot), .passwordKey(let key)):
            return try enter(login, stored, slot, key)
        case (.profile(let entrance), .profile(let stored)):
            return try follow(entrance, stored)
        case (.keyStoreLogin(let entrance, var login, let isRegistered), .login(let event)):
            let step = try login.handle(event)
            return try continueKeyStoreLogin(entrance, login, step, isRegistered: isRegistered)
        case (.keyStoreKey(let entrance, let serverID, let kdf), .passwordKey(let key)):
            return try registerAtKeyStore(entrance, serverID, kdf, key)
        case (.keyStoreRegistration(let entrance), .registered):
            return try logInAtKeyStore(entrance, isRegistered: true)
        case (.keyStoreRegistration, .nameTaken):
            throw ClientError.nameTaken(userName, .keyStore)
        case (.keyStoreRegistration, .registrationRefused):
            throw ClientError(
                .invalidSetupCode, "The key store does not take the setup code: it was used, or has expired.",
                hint: "Have whoever runs the key store make another one, then run this again.",
                remedy: .anotherSetupCode)
        case (.store(let entrance, let login), .store(let contents)):
            return try findStoreSlot(entrance, login, contents)
        case (.storeSlotKey(let entrance, let login, let contents, let slots, let slot), .passwordKey(let key)):
            return try unlock(entrance, login, contents, slots, slot, key)
        default:
            return try handleClosing(event)
        }
    }

    /// The steps after both accounts are there.
    private mutating func handleClosing(_ event: Event) throws -> Step<Action, SignedIn> {
        switch (state, event) {
        case (.anchor(let entrance, let store, let name), .anchor(let stored)):
            return try compareAnchor(entrance, store, name, stored)
        case (.anchorWrite(let entrance, let store, _), .written):
            return try signSlot(entrance, store)
        case (.anchorWrite(let entrance, let store, let name), .conflict):
            // A server that shows no anchor and takes none must not keep this going for ever.
            conflicts += 1
            guard conflicts < 16 else {
                throw ClientError(
                    .busy, "The auth-delivery server does not take the anchor.", hint: "Run this again in a moment.")
            }
            state = .anchor(entrance, store, name)
            return .perform(.readAnchor(name))
        case (.slotWrite(let entrance, let store), .written):
            return try writeProfile(entrance, store)
        case (.profileWrite(let entrance, let store, let profile), .written):
            return finish(entrance, store, profile)
        case (.slotWrite, .conflict), (.profileWrite, .conflict):
            throw ClientError(
                .busy, "Another device is signing up with the same name.", hint: "Run this again in a moment.")
        default:
            throw ClientError.unexpectedEvent
        }
    }
}

// The auth-delivery account
extension SignUp {
    private mutating func logInAtAuthDelivery(isRegistered: Bool) throws -> Step<Action, SignedIn> {
        var login = PasswordLogin(
            role: .authDelivery, origin: origin, userName: userName, pinned: pins?.authDeliveryServerID,
            environment: environment)
        let step = login.start()
        return try continueAuthDeliveryLogin(login, step, isRegistered: isRegistered)
    }

    private mutating func continueAuthDeliveryLogin(
        _ login: PasswordLogin, _ step: Step<PasswordLogin.Action, PasswordLogin.Output>, isRegistered: Bool
    ) throws -> Step<Action, SignedIn> {
        switch step {
        case .perform(let action):
            state = .authDeliveryLogin(login, isRegistered: isRegistered)
            return .perform(.logIn(.authDelivery, action))
        case .finished(let output) where output.isAccepted:
            state = .profileSlots(output)
            return .perform(.readProfileSlots)
        case .finished(let output):
            guard !isRegistered else { throw ClientError.refusedAfterRegistration(.authDelivery) }
            let kdf = PasswordKDF(parameters: environment.kdfDefault, salt: environment.fresh())
            state = .authDeliveryKey(output.serverID, kdf)
            return .perform(.deriveKey(kdf))
        }
    }

    private mutating func registerAtAuthDelivery(
        _ serverID: ServerID, _ kdf: PasswordKDF, _ key: PasswordKey
    ) throws -> Step<Action, SignedIn> {
        let slot = try ProfileSlot(
            sealing: environment.fresh(), scopeID: environment.fresh(), id: environment.fresh(), passwordKey: key,
            kdf: kdf, signedBy: signingKey)
        let loginKey = try key.loginKey(role: .authDelivery, serverID: serverID)
        state = .authDeliveryRegistration
        return .perform(
            .registerAtAuthDelivery(
                AuthDeliveryRegistration(
                    user: userName.rawValue, login: .password(loginKey, kdf), slot: Bytes(slot.encoded))))
    }

    private mutating func findProfileSlot(
        _ login: PasswordLogin.Output, _ stored: [StoredSlot]
    ) throws -> Step<Action, SignedIn> {
        let (slot, kdf) = try StoreChecks.passwordSlot(StoreChecks.slots(stored, of: ProfileScope.self))
        guard let row = stored.first(where: { $0.id.array == slot.id.bytes }) else {
            throw ClientError.unexpectedEvent
        }
        guard kdf != login.kdf else { return try enter(login, row, slot, login.passwordKey) }
        try environment.kdfPolicy.accept(kdf)
        state = .profileSlotKey(login, row, slot)
        return .perform(.deriveKey(kdf))
    }

    private mutating func enter(
        _ login: PasswordLogin.Output, _ stored: StoredSlot, _ slot: ProfileSlot, _ key: PasswordKey
    ) throws -> Step<Action, SignedIn> {
        guard let kdf = slot.header.kdf, let profileKey = try? slot.openUnverified(with: key) else {
            throw StoreChecks.notAuthentic("A way in", .authDelivery)
        }
        state = .profile(
            Entrance(
                serverID: login.serverID, stored: stored, slot: slot, kdf: kdf, passwordKey: key,
                profileKey: profileKey))
        return .perform(.readProfile)
    }

    private mutating func follow(_ entrance: Entrance, _ stored: StoredProfile?) throws -> Step<Action, SignedIn> {
        var entrance = entrance
        if let stored {
            let profile = try StoreChecks.open(
                stored, with: entrance.profileKey, profileID: entrance.profileID, pins: pins)
            guard destination.serverID == nil || destination.serverID == profile.serverID else {
                throw ClientError(
                    .nameTaken, "You have signed up under this name already, with another key store.",
                    hint: "Sign in instead.")
            }
            entrance.profile = profile
        }
        return try logInAtKeyStore(entrance, isRegistered: false)
    }
}

// The key store account
extension SignUp {
    private mutating func logInAtKeyStore(
        _ entrance: Entrance, isRegistered: Bool
    ) throws -> Step<Action, SignedIn> {
        var login = PasswordLogin(
            role: .keyStore, origin: destination.origin, userName: entrance.profile?.userName ?? userName,
            pinned: entrance.profile?.serverID ?? destination.serverID, environment: environment)
        let step = login.start()
        return try continueKeyStoreLogin(entrance, login, step, isRegistered: isRegistered)
    }

    private mutating func continueKeyStoreLogin(
        _ entrance: Entrance, _ login: PasswordLogin, _ step: Step<PasswordLogin.Action, PasswordLogin.Output>,
        isRegistered: Bool
    ) throws -> Step<Action, SignedIn> {
        switch step {
        case .perform(let action):
            state = .keyStoreLogin(entrance, login, isRegistered: isRegistered)
            return .perform(.logIn(.keyStore, action))
        case .finished(let output) where output.isAccepted:
            state = .store(entrance, output)
            return .perform(.readStore)
        case .finished(let output):
            // A profile is written after the key store's account is there, so the account has another password.
            guard entrance.profile == nil else { throw ClientError.passwordsDiffer }
            guard !isRegistered else { throw ClientError.refusedAfterRegistration(.keyStore) }
            let kdf = PasswordKDF(parameters: environment.kdfDefault, salt: environment.fresh())
            state = .keyStoreKey(entrance, output.serverID, kdf)
            return .perform(.deriveKey(kdf))
        }
    }

    private mutating func registerAtKeyStore(
        _ entrance: Entrance, _ serverID: ServerID, _ kdf: PasswordKDF, _ key: PasswordKey
    ) throws -> Step<Action, SignedIn> {
        let storeID = environment.fresh(StoreID.self)
        let dataKey = environment.fresh(DataKey.self)
        let slot = try StoreSlot(
            sealing: dataKey, scopeID: storeID, id: environment.fresh(), passwordKey: key, kdf: kdf,
            signedBy: signingKey)
        let keyring = Keyring(
            storeSigningKey: signingKey, profileKey: entrance.profileKey, authDeliveryServerID: entrance.serverID,
            storeSlots: [Keyring.KnownSlot(id: slot.id, recipient: .password)],
            profileSlots: [Keyring.KnownSlot(id: entrance.slot.id, recipient: .password)])
        let sealed = try SealedKeyring(keyring, storeID: storeID, revision: .first, dataKey: dataKey)
        let loginKey = try key.loginKey(role: .keyStore, serverID: serverID)
        state = .keyStoreRegistration(entrance)
        return .perform(
            .registerAtKeyStore(
                KeyStoreRegistration(
                    setupToken: destination.token.map { Bytes($0.bytes) }, user: userName.rawValue,
                    login: .password(loginKey, kdf), storeID: Bytes(storeID.bytes), slot: Bytes(slot.encoded),
                    keyring: Bytes(sealed.encoded))))
    }

    private mutating func findStoreSlot(
        _ entrance: Entrance, _ login: PasswordLogin.Output, _ contents: StoreContents
    ) throws -> Step<Action, SignedIn> {
        let slots = try StoreChecks.slots(contents.slots, of: StoreScope.self)
        let (slot, kdf) = try StoreChecks.passwordSlot(slots)
        guard kdf != login.kdf else {
            return try unlock(entrance, login, contents, slots, slot, login.passwordKey)
        }
        try environment.kdfPolicy.accept(kdf)
        state = .storeSlotKey(entrance, login: login, contents: contents, slots: slots, slot: slot)
        return .perform(.deriveKey(kdf))
    }

    private mutating func unlock(
        _ entrance: Entrance, _ login: PasswordLogin.Output, _ contents: StoreContents, _ slots: [StoreSlot],
        _ slot: StoreSlot, _ key: PasswordKey
    ) throws -> Step<Action, SignedIn> {
        let storeID = slot.header.scopeID
        // Without a profile the password's AEAD vouches for the data key, and the data key for the keyring.
        guard let dataKey = try? slot.openUnverified(with: key) else {
            throw StoreChecks.notAuthentic("A way in", .keyStore)
        }
        let (keyring, revision) = try StoreChecks.open(
            contents.keyring, with: dataKey, storeID: storeID, by: entrance.profile?.storePublicKey)
        _ = try StoreChecks.verify(slots, by: keyring.storeSigningKey.publicKey, scopeID: storeID)
        try StoreChecks.compare(keyring, authDelivery: entrance.serverID, profileKey: entrance.profileKey)
        let store = Store(
            serverID: login.serverID, storeID: storeID, slots: slots, dataKey: dataKey, keyring: keyring,
            keyringRevision: revision, incarnation: contents.incarnation, origins: contents.origins)
        let name = AnchorSealer(profileKey: entrance.profileKey).name(storeID: storeID)
        state = .anchor(entrance, store, name)
        return .perform(.readAnchor(name))
    }
}

// Anchor and profile
extension SignUp {
    private mutating func compareAnchor(
        _ entrance: Entrance, _ store: Store, _ name: AnchorName, _ stored: StoredAnchor?
    ) throws -> Step<Action, SignedIn> {
        let sealer = AnchorSealer(profileKey: entrance.profileKey)
        if let stored {
            notices = try StoreChecks.compare(
                StoreChecks.open(stored, name: name, with: sealer), pins: pins,
                keyringRevision: store.keyringRevision, slots: store.slots, incarnation: store.incarnation)
            return try signSlot(entrance, store)
        }
        guard entrance.profile == nil else { throw StoreChecks.rolledBack("The auth-delivery server", "state") }
        guard let incarnation = Incarnation(bytes: store.incarnation) else {
            throw ClientError(.malformedAnswer, "The key store does not say its incarnation.")
        }
        let anchor = StoreAnchor(
            incarnation: incarnation, keyringRevision: store.keyringRevision,
            slotsDigest: SlotsDigest(of: store.slots), keyPackagesRevision: .none)
        state = .anchorWrite(entrance, store, name)
        return .perform(.writeAnchor(name, try sealer.seal(anchor, name: name, revision: .first)))
    }

    /// A run that was cut short between the two accounts signed the slot with a key that is lost: it is signed anew.
    private mutating func signSlot(_ entrance: Entrance, _ store: Store) throws -> Step<Action, SignedIn> {
        let key = store.keyring.storeSigningKey
        if (try? entrance.slot.verified(by: key.publicKey, scopeID: entrance.profileID)) != nil {
            return try writeProfile(entrance, store)
        }
        guard entrance.profile == nil else { throw StoreChecks.notAuthentic("A way in", .authDelivery) }
        let slot = try ProfileSlot(
            sealing: entrance.profileKey, scopeID: entrance.profileID, id: entrance.slot.id,
            passwordKey: entrance.passwordKey, kdf: entrance.kdf, signedBy: key)
        state = .slotWrite(entrance, store)
        return .perform(
            .writeProfileSlot(
                slot.id, ifRevision: entrance.stored.revision,
                SlotWrite(kind: .password, body: Bytes(slot.encoded), login: nil)))
    }

    private mutating func writeProfile(_ entrance: Entrance, _ store: Store) throws -> Step<Action, SignedIn> {
        if let profile = entrance.profile {
            guard profile.storeID == store.storeID, profile.serverID == store.serverID else {
                throw StoreChecks.notAuthentic("The profile", .authDelivery)
            }
            return finish(entrance, store, profile)
        }
        let profile = Profile(
            origins: Profile.origins(dialled: destination.origin, others: store.origins),
            serverID: store.serverID, certificatePin: destination.certificatePin, userName: userName,
            storeID: store.storeID, storePublicKey: store.keyring.storeSigningKey.publicKey)
        let sealed = try SealedProfile(
            profile, profileID: entrance.profileID, revision: .first, profileKey: entrance.profileKey,
            signedBy: store.keyring.storeSigningKey)
        state = .profileWrite(entrance, store, profile)
        return .perform(.writeProfile(ProfileWrite(body: Bytes(sealed.encoded))))
    }

    private mutating func finish(_ entrance: Entrance, _ store: Store, _ profile: Profile) -> Step<Action, SignedIn> {
        state = .done
        return .finished(
            SignedIn(
                authDeliveryServerID: entrance.serverID, profileID: entrance.profileID, profile: profile,
                keyStoreOrigin: destination.origin, dataKey: store.dataKey, keyring: store.keyring,
                keyringRevision: store.keyringRevision, notices: notices))
    }
}

extension LoginMethod {
    static func password(_ key: LoginKey, _ kdf: PasswordKDF) -> Self {
        Self(kind: .password, publicKey: Bytes(key.publicKey.bytes), kdf: KDFDescription(kdf))
    }
}

extension ClientError {
    fileprivate static func nameTaken(_ name: UserName, _ role: ServerRole) -> Self {
        Self(
            .nameTaken, "The name \(name) is taken at the \(role.title).",
            hint: "If it is yours, use the password that you signed up with; otherwise choose another name.")
    }

    fileprivate static func refusedAfterRegistration(_ role: ServerRole) -> Self {
        Self(
            .malformedAnswer, "The \(role.title) registered you and refuses the password.",
            hint: "Run this again; if it stays, ask whoever runs the server.")
    }
}
