package import CloudMLSAPI
package import KeyHierarchy
import MLSCodec

/// A signed-in device follows its store to the key store that another device has moved it to, without a password: the
/// profile leads there, or, where that is not written yet, what the store left behind. In the latter case it also does
/// what the moving device did not come to.
package struct StoreFollow: OperationMachine {
    package enum Action: Sendable {
        case readProfile
        case readMoveAnchor(AnchorName)
        /// At the key store that was left.
        case readMove
        /// Find the first of the profile's origins at which the profile's server answers.
        case connect(Profile)
        /// The same for the server that the device knows, without the address that it knows.
        case reach(Profile)
        case follow(FollowRequest)
        case readImport
        case open(ImportOpening)
        case readDestination
        case complete(MoveCompletion.Action)
    }

    package enum Event: Sendable {
        case profile(StoredProfile?)
        case moveAnchor(StoredAnchor?)
        /// What the source says, and the key of the server that says it.
        case move(MoveStatus, ServerInfo)
        case connected(Origin)
        /// Nil where it answers nowhere.
        case reached(Origin?)
        case followed
        case notFollowed
        case imported(ImportStatus)
        case destination(StoreContents)
        case completion(MoveCompletion.Event)
    }

    /// Why the key store that the device knows is not asked.
    package enum Reason: Sendable {
        /// It says itself that the store has moved.
        case moved
        /// It does not know the session.
        case ended
        /// It does not answer, or something else does.
        case away
    }

    /// Where the store is now.
    package struct Place: Sendable {
        package var profile: Profile
        package var origin: Origin
        /// Whether it is the key store that the device knows, at another of its addresses.
        package var isSameServer = false
    }

    /// Nil where the store has not moved.
    package typealias Output = Place?

    private struct Target {
        var profile: Profile
        var moveID: MoveID
        /// Where the profile was not written yet.
        var opening: ImportOpening?
        var origin: Origin?
    }

    private enum State {
        case idle
        case profile
        case anchor(Profile, AnchorName)
        case move(Profile)
        case reaching(Profile)
        case connecting(Target)
        case following(Target)
        case importStatus(Target)
        case opening(Target)
        case destination(Target)
        case completion(Target, MoveCompletion)
    }

    private let owner: StoreMove.Owner
    private let left: ServerID
    private let reason: Reason
    private let environment: ClientEnvironment
    private var state = State.idle

    /// - Parameters:
    ///   - left: the key store that the device has its session at.
    package init(owner: StoreMove.Owner, left: ServerID, reason: Reason, environment: ClientEnvironment) {
        self.owner = owner
        self.left = left
        self.reason = reason
        self.environment = environment
    }

    package mutating func start() throws -> Step<Action, Output> {
        state = .profile
        return .perform(.readProfile)
    }

    package mutating func handle(_ event: Event) throws -> Step<Action, Output> {
        switch (state, event) {
        case (.profile, .profile(let stored)):
            return try look(stored)
        case (.anchor(let profile, let name), .moveAnchor(let stored)):
            return try find(profile, name, stored)
        case (.move(let profile), .move(let status, let server)):
            return try forward(profile, status, server)
        case (.reaching(let profile), .reached(let origin)):
            return .finished(origin.map { Place(profile: profile, origin: $0, isSameServer: true) })
        case (.connecting(var target), .connected(let origin)):
            target.origin = origin
            state = .following(target)
            let token = owner.dataKey.followToken(moveID: target.moveID, serverID: target.profile.serverID)
            return .perform(
                .follow(
                    FollowRequest(
                        user: target.profile.userName.rawValue, token: Bytes(token.bytes),
                        deviceName: environment.shortDeviceName)))
        case (.following(let target), .notFollowed):
            throw Self.tooLate(target.profile)
        case (.following(let target), .followed):
            guard target.opening != nil else { return try finish(target) }
            state = .importStatus(target)
            return .perform(.readImport)
        case (.importStatus(let target), .imported(let status)):
            guard status.state == .receiving, let opening = target.opening else { return readDestination(target) }
            state = .opening(target)
            return .perform(.open(opening))
        case (.opening(let target), .imported(let status)):
            guard status.state == .active else { throw StoreMove.misfit }
            return readDestination(target)
        case (.destination(let target), .destination(let contents)):
            let arrival = try MoveCompletion.Arrival(
                target.profile, moveID: target.moveID, contents, dataKey: owner.dataKey)
            var completion = MoveCompletion(arrival, profileID: owner.profileID, keyring: owner.keyring)
            let step = completion.start()
            return try continueCompletion(target, completion, step)
        case (.completion(let target, var completion), .completion(let event)):
            let step = try completion.handle(event)
            return try continueCompletion(target, completion, step)
        default:
            throw ClientError.unexpectedEvent
        }
    }

    private mutating func look(_ stored: StoredProfile?) throws -> Step<Action, Output> {
        guard let stored else { return .finished(nil) }
        let profile = try StoreChecks.open(
            stored, with: owner.keyring.profileKey, profileID: owner.profileID, pins: owner.pins)
        if profile.serverID != left {
            let name = AnchorSealer(profileKey: owner.keyring.profileKey).name(moveOf: owner.storeID)
            state = .anchor(profile, name)
            return .perform(.readMoveAnchor(name))
        }
        switch reason {
        case .moved:
            state = .move(profile)
            return .perform(.readMove)
        case .away:
            state = .reaching(profile)
            return .perform(.reach(profile))
        case .ended:
            return .finished(nil)
        }
    }

    private mutating func find(
        _ profile: Profile, _ name: AnchorName, _ stored: StoredAnchor?
    ) throws -> Step<Action, Output> {
        guard let stored, let revision = Revision(rawValue: stored.revision), stored.name.array == name.bytes,
            let anchor = try? AnchorSealer(profileKey: owner.keyring.profileKey).open(
                MoveAnchor.self, stored.body.array, name: name, revision: revision)
        else { throw StoreChecks.notAuthentic("The anchor", .authDelivery) }
        guard anchor.moveCounter == profile.moveCounter else { throw Self.tooLate(profile) }
        return connect(Target(profile: profile, moveID: anchor.moveID))
    }

    private mutating func forward(
        _ profile: Profile, _ status: MoveStatus, _ server: ServerInfo
    ) throws -> Step<Action, Output> {
        guard status.state == .moved else { return .finished(nil) }
        let (next, opening) = try StoreChecks.forwarded(
            status, by: server, from: profile, with: owner.keyring.profileKey)
        guard let moveID = MoveID(bytes: opening.moveID.array) else { throw ClientError.unexpectedEvent }
        return connect(Target(profile: next, moveID: moveID, opening: opening))
    }

    private mutating func connect(_ target: Target) -> Step<Action, Output> {
        state = .connecting(target)
        return .perform(.connect(target.profile))
    }

    private mutating func readDestination(_ target: Target) -> Step<Action, Output> {
        state = .destination(target)
        return .perform(.readDestination)
    }

    private mutating func continueCompletion(
        _ target: Target, _ completion: MoveCompletion, _ step: Step<MoveCompletion.Action, Void>
    ) throws -> Step<Action, Output> {
        switch step {
        case .perform(let action):
            state = .completion(target, completion)
            return .perform(.complete(action))
        case .finished:
            return try finish(target)
        }
    }

    private func finish(_ target: Target) throws -> Step<Action, Output> {
        guard let origin = target.origin else { throw ClientError.unexpectedEvent }
        return .finished(Place(profile: target.profile, origin: origin))
    }

    private static func tooLate(_ profile: Profile) -> ClientError {
        ClientError(
            .signedOut, "Your data has moved to the key store at \(profile.origins.first.map { "\($0)" } ?? "?").",
            hint: "Sign in again with your password: that leads there.")
    }
}

extension StoreChecks {
    /// What a store left behind at the key store that it has moved from: the profile that leads to the next one, and
    /// with what the store is opened there. One that came from a file is opened on its digest alone.
    static func forwarded(
        _ status: MoveStatus, by server: ServerInfo, from current: Profile, with profileKey: ProfileKey
    ) throws -> (Profile, ImportOpening) {
        guard let key = ServerPublicKey(bytes: server.identityKey.array), key.serverID == current.serverID,
            let statement = status.statement,
            let verified = try? SignedMovedStatement(decoding: statement.array).verified(by: key),
            verified.storeID == current.storeID, let body = status.forward,
            let pointer = try? ForwardPointer(decoding: body.array), pointer.moveID == verified.moveID,
            let next = try? pointer.open(with: profileKey, after: current), next.serverID == verified.destination
        else { throw notAuthentic("What leads to the new key store", .keyStore) }
        let opening = ImportOpening(
            moveID: Bytes(verified.moveID.bytes), statement: statement, digest: Bytes(verified.digest.bytes))
        return (next, opening)
    }
}

extension StoreFollow.Action: OperationAction {
    package enum Kind: String, ActionKind {
        case readProfile
        case readMoveAnchor
        case readMove
        case connect
        case reach
        case follow
        case readImport
        case open
        case readDestination
        case readProfileToComplete
        case readAnchorToComplete
        case writeAnchorToComplete
        case writeProfileToComplete
    }

    package var kind: Kind {
        switch self {
        case .readProfile: .readProfile
        case .readMoveAnchor: .readMoveAnchor
        case .readMove: .readMove
        case .connect: .connect
        case .reach: .reach
        case .follow: .follow
        case .readImport: .readImport
        case .open: .open
        case .readDestination: .readDestination
        case .complete(let action):
            switch action.kind {
            case .readProfile: .readProfileToComplete
            case .readAnchor: .readAnchorToComplete
            case .writeAnchor: .writeAnchorToComplete
            case .writeProfile: .writeProfileToComplete
            }
        }
    }
}
