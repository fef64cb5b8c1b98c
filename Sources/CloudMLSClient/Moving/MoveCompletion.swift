import CloudMLSAPI
import KeyHierarchy
import MLSCodec

/// What the auth-delivery server has to know after a store has moved: the store's anchor with the new key store's
/// incarnation, the move's own anchor, and last the profile that leads there.
///
/// Any device can do it, several at once, and again: each writes the same.
struct MoveCompletion: Sendable {
    /// As it is to be at the auth-delivery server.
    private let profile: Profile
    private let moveID: MoveID
    private let slotsDigest: SlotsDigest
    private let keyringRevision: Revision
    private let incarnation: Incarnation
    private let profileID: ProfileID
    private let keyring: Keyring
    private let sealer: AnchorSealer

    /// Checks what is at the new key store: nobody but the store's owner made it.
    ///
    /// - Parameter profile: leads there.
    init(
        _ profile: Profile, moveID: MoveID, _ contents: StoreContents, dataKey: DataKey, profileID: ProfileID,
        keyring: Keyring
    ) throws {
        let slots = try StoreChecks.slots(contents.slots, of: StoreScope.self)
        _ = try StoreChecks.verify(slots, by: profile.storePublicKey, scopeID: profile.storeID)
        let (_, revision) = try StoreChecks.open(
            contents.keyring, with: dataKey, storeID: profile.storeID, by: profile.storePublicKey)
        guard let incarnation = Incarnation(bytes: contents.incarnation) else { throw ClientError.moveMisfit }
        self.profile = profile
        self.moveID = moveID
        slotsDigest = SlotsDigest(of: slots)
        keyringRevision = revision
        self.incarnation = incarnation
        self.profileID = profileID
        self.keyring = keyring
        sealer = AnchorSealer(profileKey: keyring.profileKey)
    }

    func run(at authDelivery: any AuthDeliveryService, _ environment: ClientEnvironment) async throws {
        var attempts = Attempts(16, orBusy: "Other devices of yours keep writing.", hint: "Run this again in a moment.")
        while true {
            try attempts.count()
            do {
                return try await write(at: authDelivery, environment)
            } catch let error as ClientError where error.code == .refused(.revisionConflict) {
                // Another device was faster.
            }
        }
    }

    private func write(at authDelivery: any AuthDeliveryService, _ environment: ClientEnvironment) async throws {
        let stored = try await environment.step(CompletionStep.readProfile) { try await authDelivery.profile() }
        guard let stored, let current = open(stored) else {
            throw StoreChecks.notAuthentic("The profile", .authDelivery)
        }
        // It is the last to be written, so all is done; or the store has moved on since.
        guard current.moveCounter < profile.moveCounter else { return }
        let anchors = [
            (sealer.name(storeID: profile.storeID), storeAnchor), (sealer.name(moveOf: profile.storeID), moveAnchor),
        ]
        for (name, sealed) in anchors {
            let stored = try await environment.step(CompletionStep.readAnchor) {
                try await authDelivery.anchor(name.bytes)
            }
            guard let body = try sealed(name, stored) else { continue }
            _ = try await environment.step(CompletionStep.writeAnchor) {
                try await authDelivery.writeAnchor(
                    name.bytes, ifRevision: stored?.revision ?? 0, AnchorWrite(body: body))
            }
        }
        let sealed = try SealedProfile(
            profile, profileID: profileID, revision: next(stored.revision), profileKey: keyring.profileKey,
            signedBy: keyring.storeSigningKey)
        _ = try await environment.step(CompletionStep.writeProfile) {
            try await authDelivery.writeProfile(
                ifRevision: stored.revision, ProfileWrite(body: Bytes(sealed.encoded)))
        }
    }

    private func open(_ stored: StoredProfile) -> Profile? {
        guard let sealed = try? SealedProfile(decoding: stored.body.array), sealed.revision.rawValue == stored.revision
        else { return nil }
        return try? sealed.open(
            with: keyring.profileKey, profileID: profileID, storePublicKey: profile.storePublicKey)
    }

    /// - Returns: nil where it says the same already.
    private func storeAnchor(_ name: AnchorName, _ stored: StoredAnchor?) throws -> Bytes? {
        guard let stored else { throw StoreChecks.rolledBack("The auth-delivery server", "state") }
        let before = try StoreChecks.open(stored, name: name, with: sealer)
        guard keyringRevision >= before.keyringRevision else {
            throw StoreChecks.rolledBack("The new key store", "keyring")
        }
        var anchor = before
        anchor.incarnation = incarnation
        anchor.keyringRevision = keyringRevision
        anchor.slotsDigest = slotsDigest
        return anchor == before ? nil : try seal(anchor, name, after: stored)
    }

    /// - Returns: nil where it says the same already.
    private func moveAnchor(_ name: AnchorName, _ stored: StoredAnchor?) throws -> Bytes? {
        let anchor = MoveAnchor(moveCounter: profile.moveCounter, moveID: moveID)
        if let stored, try StoreChecks.open(stored, move: name, with: sealer) == anchor { return nil }
        return try seal(anchor, name, after: stored)
    }

    private func seal(_ anchor: some Anchor, _ name: AnchorName, after stored: StoredAnchor?) throws -> Bytes {
        Bytes(try sealer.seal(anchor, name: name, revision: next(stored?.revision ?? 0)))
    }

    private func next(_ revision: UInt64) throws -> Revision {
        guard let last = Revision(rawValue: revision) else {
            throw ClientError(.malformedAnswer, "The server counts further than revisions go.")
        }
        return last.next
    }
}

enum CompletionStep: String, OperationStep {
    case readProfile
    case readAnchor
    case writeAnchor
    case writeProfile
}

extension StoreChecks {
    /// Opens the anchor that a move has left.
    static func open(_ stored: StoredAnchor?, move name: AnchorName, with sealer: AnchorSealer) throws -> MoveAnchor {
        guard let stored, let revision = Revision(rawValue: stored.revision), stored.name.array == name.bytes,
            let anchor = try? sealer.open(MoveAnchor.self, stored.body.array, name: name, revision: revision)
        else { throw notAuthentic("The anchor", .authDelivery) }
        return anchor
    }
}
