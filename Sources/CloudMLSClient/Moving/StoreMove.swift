package import CloudMLSAPI
package import KeyHierarchy
import MLSCodec

/// Moves a store to another key store (DESIGN §7): source read-only, account at the destination, copy, compare, commit at
/// the source, open at the destination, then what the auth-delivery server has to know.
///
/// Which steps are done already is asked of the servers, so it can be run again after an end at any point. The commit at
/// the source is the only point of no return: before it the move can be cancelled, after it only finished.
package struct StoreMove: OperationMachine {
    package enum Action: Sendable {
        case readProfile
        /// Who answers at the destination, and at the source.
        case meetServers
        case readMove
        case beginMove(MoveRequest)
        case cancelMove
        /// Slots and keyring at the source.
        case readSource
        case deriveKey(PasswordKDF)
        case registerImport(KeyStoreImport)
        case logIn(PasswordLogin.Action)
        case restartImport(ImportContents)
        case follow(FollowRequest)
        case readImport
        case readPage(after: [UInt8]?)
        case writePage(ImportObjects)
        /// Both ends' at once.
        case compareDigests
        case commit(MoveCommit)
        case open(ImportOpening)
        /// Slots, keyring and incarnation at the destination.
        case readDestination
        case complete(MoveCompletion.Action)
    }

    package enum Event: Sendable {
        case profile(StoredProfile?)
        case servers(source: ServerInfo, destination: ServerInfo)
        case move(MoveStatus)
        case source(slots: [StoredSlot], keyring: StoredKeyring)
        case passwordKey(PasswordKey)
        case registered
        /// The setup code is used up, or the name is taken.
        case refused(ErrorCode)
        case login(PasswordLogin.Event)
        case followed
        case notFollowed
        case imported(ImportStatus)
        case page(MovePage)
        case digests(source: StoreDigestAnswer, destination: StoreDigestAnswer)
        case destination(StoreContents)
        case completion(MoveCompletion.Event)
    }

    /// Where the store goes.
    package struct Destination: Sendable {
        package var origin: Origin
        package var serverID: ServerID
        package var certificatePin: CertificatePin?
        package var token: SetupToken
        /// There.
        package var userName: UserName

        package init(_ code: SetupCode, userName: UserName) {
            origin = code.origin
            serverID = code.serverID
            certificatePin = code.certificatePin
            token = code.token
            self.userName = userName
        }
    }

    /// Whose store moves.
    package struct Owner: Sendable {
        package var storeID: StoreID
        package var profileID: ProfileID
        package var dataKey: DataKey
        package var keyring: Keyring
        package var pins: ServerPins?
    }

    package enum Output: Sendable {
        case moved(MoveCompletion.Arrival)
        /// The profile says that the store is there.
        case alreadyThere
        /// A rotation came to its end before the source was read only. The move was taken back: begin with the new keys.
        case keysChanged
    }

    /// What is known once the servers and the profile were met.
    struct Route: Sendable {
        var current: Profile
        var sourceKey: ServerPublicKey
        /// The profile after the move.
        var next: Profile
        var moveID: MoveID
        /// Once moved.
        var statement: Bytes?
    }

    enum State {
        case idle
        case profile
        case servers(Profile)
        case status(Profile, ServerPublicKey)
        case beginning(Profile, ServerPublicKey, MoveID)
        case following(Route, isRegistered: Bool)
        case source(Route)
        case sourceKey(Route, [StoredSlot], StoredKeyring, StoreSlot)
        case registration(Route, ImportContents)
        case login(Route, PasswordLogin, ImportContents?, ErrorCode)
        /// Nil where the keys have changed.
        case withdrawal(ClientError?)
        case restart(Route)
        case importStatus(Route)
        case page(Route)
        /// The name to go on behind; nil after the last page.
        case pageWrite(Route, after: [UInt8]?)
        case digests(Route)
        case commit(Route)
        case opening(Route)
        case destination(Route)
        case completion(MoveCompletion, MoveCompletion.Arrival)
    }

    let destination: Destination
    let owner: Owner
    let environment: ClientEnvironment
    var state = State.idle
    /// Where the destination is found.
    private var origins: [Origin] = []
    /// Whether all was copied a second time, since the ends differed after the first.
    var isSecondCopy = false

    package init(to destination: Destination, owner: Owner, environment: ClientEnvironment) {
        self.destination = destination
        self.owner = owner
        self.environment = environment
    }

    package mutating func start() throws -> Step<Action, Output> {
        guard owner.keyring.objectKeys.count == 1 else { throw Self.rotationUnderWay }
        state = .profile
        return .perform(.readProfile)
    }

    package mutating func handle(_ event: Event) throws -> Step<Action, Output> {
        switch (state, event) {
        case (.profile, .profile(let stored)):
            return try follow(stored)
        case (.servers(let current), .servers(let source, let target)):
            return try meet(current, source, target)
        case (.status(let current, let key), .move(let status)):
            return try resume(current, key, status)
        case (.beginning(let current, let key, let move), .move(let status)):
            guard status.state == .moving, status.moveID?.array == move.bytes else { throw Self.misfit }
            return try enter(current, key, move, statement: nil)
        default:
            return try handleArrival(event)
        }
    }
}

// At the source
extension StoreMove {
    private mutating func follow(_ stored: StoredProfile?) throws -> Step<Action, Output> {
        guard let stored else { throw StoreChecks.rolledBack("The auth-delivery server", "state") }
        let profile = try StoreChecks.open(
            stored, with: owner.keyring.profileKey, profileID: owner.profileID, pins: owner.pins)
        guard profile.serverID != destination.serverID else { return .finished(.alreadyThere) }
        state = .servers(profile)
        return .perform(.meetServers)
    }

    private mutating func meet(
        _ current: Profile, _ source: ServerInfo, _ target: ServerInfo
    ) throws -> Step<Action, Output> {
        guard let key = ServerPublicKey(bytes: source.identityKey.array), key.serverID == current.serverID else {
            throw ClientError(
                .serverIdentityChanged, "The key store is not the one that your profile names.",
                hint: "Ask whoever runs it whether it was set up anew.")
        }
        guard target.role == .keyStore, target.serverID.array == destination.serverID.bytes else {
            throw Self.anotherDestination(destination.origin)
        }
        origins = Profile.origins(dialled: destination.origin, others: target.knownOrigins)
        state = .status(current, key)
        return .perform(.readMove)
    }

    private mutating func resume(
        _ current: Profile, _ key: ServerPublicKey, _ status: MoveStatus
    ) throws -> Step<Action, Output> {
        switch status.state {
        case .active:
            let move = environment.fresh(MoveID.self)
            state = .beginning(current, key, move)
            return .perform(
                .beginMove(
                    MoveRequest(moveID: Bytes(move.bytes), destination: Bytes(destination.serverID.bytes))))
        case .moving, .moved:
            guard let move = status.moveID.flatMap({ MoveID(bytes: $0.array) }) else { throw Self.misfit }
            guard status.destination?.array == destination.serverID.bytes else {
                throw ClientError(
                    .refused(.moveConflict), "The store is on its way to another key store.",
                    hint: "Finish that move with its own setup code, or end it with `key-store move --cancel`.")
            }
            return try enter(current, key, move, statement: status.state == .moved ? status.statement : nil)
        case .receiving:
            throw ClientError(
                .refused(.storeReceiving), "The store is still on its way to this key store.",
                hint: "Finish that move first, on the device that began it.")
        }
    }

    private mutating func enter(
        _ current: Profile, _ key: ServerPublicKey, _ move: MoveID, statement: Bytes?
    ) throws -> Step<Action, Output> {
        var next = current
        next.origins = origins
        next.serverID = destination.serverID
        next.certificatePin = destination.certificatePin
        next.userName = destination.userName
        next.moveCounter += 1
        return followTo(
            Route(current: current, sourceKey: key, next: next, moveID: move, statement: statement),
            isRegistered: false)
    }

    static func anotherDestination(_ origin: Origin) -> ClientError {
        ClientError(
            .serverIdentityChanged, "What answers at \(origin) is not the key store of the setup code.",
            hint: "Ask whoever runs it for a new setup code.")
    }

    static var rotationUnderWay: ClientError {
        ClientError(
            .busy, "A rotation of your keys has not finished.", hint: "Finish it first, with `cloudmls rotate`.")
    }

    static var misfit: ClientError {
        ClientError(
            .malformedAnswer, "A key store's answer does not fit the move.",
            hint: "Check that the servers and this program are of the same release.")
    }
}
