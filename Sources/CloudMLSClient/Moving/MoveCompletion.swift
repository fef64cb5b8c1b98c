package import CloudMLSAPI
package import KeyHierarchy
import MLSCodec

/// What the auth-delivery server has to know after a store has moved: the store's anchor with the new key store's
/// incarnation, the move's own anchor, and last the profile that leads there.
///
/// Any device can do it, several at once, and again: each writes the same.
package struct MoveCompletion: OperationMachine {
    /// Where a store has moved, and what is there.
    package struct Arrival: Sendable {
        /// As it is to be at the auth-delivery server.
        package var profile: Profile
        package var moveID: MoveID
        package var slotsDigest: SlotsDigest
        package var keyringRevision: Revision
        package var incarnation: Incarnation
    }

    package enum Action: Sendable {
        case readProfile
        case readAnchor(AnchorName)
        case writeAnchor(AnchorName, ifRevision: UInt64, AnchorWrite)
        case writeProfile(ifRevision: UInt64, ProfileWrite)
    }

    package enum Event: Sendable {
        case profile(StoredProfile?)
        case anchor(StoredAnchor?)
        case written
        case conflict
    }

    private enum State {
        case idle
        case profile
        case storeAnchor(ifRevision: UInt64)
        case storeAnchorWrite(ifRevision: UInt64)
        case moveAnchor(ifRevision: UInt64)
        case moveAnchorWrite(ifRevision: UInt64)
        case profileWrite
    }

    private let arrival: Arrival
    private let profileID: ProfileID
    private let keyring: Keyring
    private let sealer: AnchorSealer
    private var state = State.idle
    private var conflicts = 0

    package init(_ arrival: Arrival, profileID: ProfileID, keyring: Keyring) {
        self.arrival = arrival
        self.profileID = profileID
        self.keyring = keyring
        sealer = AnchorSealer(profileKey: keyring.profileKey)
    }

    private var storeName: AnchorName { sealer.name(storeID: arrival.profile.storeID) }
    private var moveName: AnchorName { sealer.name(moveOf: arrival.profile.storeID) }

    package mutating func start() -> Step<Action, Void> {
        state = .profile
        return .perform(.readProfile)
    }

    package mutating func handle(_ event: Event) throws -> Step<Action, Void> {
        switch (state, event) {
        case (.profile, .profile(let stored)):
            guard let stored, let profile = open(stored) else {
                throw StoreChecks.notAuthentic("The profile", .authDelivery)
            }
            // It is the last to be written, so all is done; or the store has moved on since.
            guard profile.moveCounter < arrival.profile.moveCounter else { return .finished(()) }
            state = .storeAnchor(ifRevision: stored.revision)
            return .perform(.readAnchor(storeName))
        case (.storeAnchor(let revision), .anchor(let stored)):
            guard let stored else { throw StoreChecks.rolledBack("The auth-delivery server", "state") }
            return try writeStoreAnchor(stored, profileRevision: revision)
        case (.storeAnchorWrite(let revision), .written):
            return readMoveAnchor(profileRevision: revision)
        case (.moveAnchor(let revision), .anchor(let stored)):
            return try writeMoveAnchor(stored, profileRevision: revision)
        case (.moveAnchorWrite(let revision), .written):
            return try writeProfile(ifRevision: revision)
        case (.profileWrite, .written):
            return .finished(())
        case (.storeAnchorWrite, .conflict), (.moveAnchorWrite, .conflict), (.profileWrite, .conflict):
            conflicts += 1
            guard conflicts < 16 else {
                throw ClientError(.busy, "Other devices of yours keep writing.", hint: "Run this again in a moment.")
            }
            return start()
        default:
            throw ClientError.unexpectedEvent
        }
    }

    private func open(_ stored: StoredProfile) -> Profile? {
        guard let sealed = try? SealedProfile(decoding: stored.body.array), sealed.revision.rawValue == stored.revision
        else { return nil }
        return try? sealed.open(
            with: keyring.profileKey, profileID: profileID, storePublicKey: arrival.profile.storePublicKey)
    }

    private mutating func writeStoreAnchor(
        _ stored: StoredAnchor, profileRevision: UInt64
    ) throws -> Step<Action, Void> {
        let before = try StoreChecks.open(stored, name: storeName, with: sealer)
        guard arrival.keyringRevision >= before.keyringRevision else {
            throw StoreChecks.rolledBack("The new key store", "keyring")
        }
        var anchor = before
        anchor.incarnation = arrival.incarnation
        anchor.keyringRevision = arrival.keyringRevision
        anchor.slotsDigest = arrival.slotsDigest
        guard anchor != before else { return readMoveAnchor(profileRevision: profileRevision) }
        state = .storeAnchorWrite(ifRevision: profileRevision)
        return .perform(try write(anchor, storeName, after: stored.revision))
    }

    private mutating func readMoveAnchor(profileRevision: UInt64) -> Step<Action, Void> {
        state = .moveAnchor(ifRevision: profileRevision)
        return .perform(.readAnchor(moveName))
    }

    private mutating func writeMoveAnchor(
        _ stored: StoredAnchor?, profileRevision: UInt64
    ) throws -> Step<Action, Void> {
        let anchor = MoveAnchor(moveCounter: arrival.profile.moveCounter, moveID: arrival.moveID)
        if let stored {
            let revision = Revision(rawValue: stored.revision)
            guard stored.name.array == moveName.bytes, let revision,
                let before = try? sealer.open(MoveAnchor.self, stored.body.array, name: moveName, revision: revision)
            else { throw StoreChecks.notAuthentic("The anchor", .authDelivery) }
            if before == anchor { return try writeProfile(ifRevision: profileRevision) }
        }
        state = .moveAnchorWrite(ifRevision: profileRevision)
        return .perform(try write(anchor, moveName, after: stored?.revision ?? 0))
    }

    private mutating func writeProfile(ifRevision: UInt64) throws -> Step<Action, Void> {
        guard let last = Revision(rawValue: ifRevision) else { throw Self.countsTooFar }
        let sealed = try SealedProfile(
            arrival.profile, profileID: profileID, revision: last.next, profileKey: keyring.profileKey,
            signedBy: keyring.storeSigningKey)
        state = .profileWrite
        return .perform(.writeProfile(ifRevision: ifRevision, ProfileWrite(body: Bytes(sealed.encoded))))
    }

    private func write(_ anchor: some Anchor, _ name: AnchorName, after revision: UInt64) throws -> Action {
        guard let last = Revision(rawValue: revision) else { throw Self.countsTooFar }
        let body = try sealer.seal(anchor, name: name, revision: last.next)
        return .writeAnchor(name, ifRevision: revision, AnchorWrite(body: Bytes(body)))
    }

    private static var countsTooFar: ClientError {
        ClientError(.malformedAnswer, "The server counts further than revisions go.")
    }
}

extension MoveCompletion.Action: OperationAction {
    package enum Kind: String, ActionKind {
        case readProfile
        case readAnchor
        case writeAnchor
        case writeProfile
    }

    package var kind: Kind {
        switch self {
        case .readProfile: .readProfile
        case .readAnchor: .readAnchor
        case .writeAnchor: .writeAnchor
        case .writeProfile: .writeProfile
        }
    }
}
