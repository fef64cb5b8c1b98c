import CloudMLSAPI
import KeyHierarchy
import MLSCodec

// From an archive, where the key store is gone (DESIGN §7). The profile says who made the archive, and the anchor
// whether it is the newest.
extension SignIn {
    mutating func openArchive(
        _ header: ArchiveHeader, _ directions: Directions, _ anchor: StoreAnchor
    ) throws -> Step<Action, SignedIn> {
        guard header.storeID == directions.profile.storeID else { throw StoreArchive.ofSomebodyElse }
        let slots = try verified(header.slots, directions)
        switch wayIn {
        case .password:
            guard let slot = slots.first(where: { $0.slot.kind == .password }), let kdf = slot.slot.header.kdf else {
                throw StoreArchive.withoutPassword
            }
            try environment.kdfPolicy.accept(kdf)
            state = .archiveSlotKey(directions, anchor, slot)
            return .perform(.deriveKey(.keyStore, kdf))
        case .recovery(let code):
            let publicKey = try code.slotKeyPair(role: .keyStore).publicKey
            let slot = slots.first { $0.slot.kind == .recovery && $0.slot.header.publicKey == publicKey }
            guard let dataKey = try? slot?.open(with: code) else { throw StoreArchive.wrongRecoveryCode }
            return readArchive(directions, anchor, dataKey)
        case .device:
            throw ClientError(
                .invalidArgument, "A device's key opens no archive.", hint: "Use the password or a recovery code.")
        }
    }

    mutating func handleArchive(_ event: Event) throws -> Step<Action, SignedIn> {
        switch (state, event) {
        case (.archiveSlotKey(let directions, let anchor, let slot), .passwordKey(let key)):
            guard let dataKey = try? slot.open(with: key) else { throw Self.archiveOfAnotherPassword }
            return readArchive(directions, anchor, dataKey)
        case (.archive(let directions, let anchor, let dataKey), .archive(let contents)):
            return try finish(directions, anchor, dataKey, contents)
        default:
            throw ClientError.unexpectedEvent
        }
    }

    private mutating func readArchive(
        _ directions: Directions, _ anchor: StoreAnchor, _ dataKey: DataKey
    ) -> Step<Action, SignedIn> {
        state = .archive(directions, anchor, dataKey)
        return .perform(.readArchive(dataKey))
    }

    private func verified(_ slots: [StoreSlot], _ directions: Directions) throws -> [VerifiedSlot<StoreScope>] {
        let profile = directions.profile
        do {
            return try slots.map { try $0.verified(by: profile.storePublicKey, scopeID: profile.storeID) }
        } catch {
            throw StoreArchive.notAuthentic("A way in")
        }
    }

    private mutating func finish(
        _ directions: Directions, _ anchor: StoreAnchor, _ dataKey: DataKey, _ contents: ArchiveContents
    ) throws -> Step<Action, SignedIn> {
        let profile = directions.profile
        let slots = contents.slots.map(\.slot)
        _ = try verified(slots, directions)
        guard let sealed = try? SealedKeyring(decoding: contents.keyring),
            sealed.revision == contents.keyringRevision,
            let keyring = try? sealed.verified(by: profile.storePublicKey, storeID: profile.storeID)
                .open(with: dataKey)
        else { throw StoreArchive.notAuthentic("The keyring") }
        guard sealed.revision >= max(anchor.keyringRevision, pins?.keyringRevision ?? .none) else {
            throw StoreArchive.tooOld
        }
        // An archive has no incarnation: the new key store's is noted when it is open.
        let notices = try StoreChecks.compare(
            anchor, pins: pins, keyringRevision: sealed.revision, slots: slots, incarnation: anchor.incarnation.bytes)
        try StoreChecks.compare(
            keyring, authDelivery: directions.entrance.serverID, profileKey: directions.entrance.profileKey)
        guard let origin = profile.origins.first else { throw ClientError.unexpectedEvent }
        state = .done
        return .finished(
            SignedIn(
                authDeliveryServerID: directions.entrance.serverID, profileID: directions.entrance.profileID,
                profile: profile, keyStoreOrigin: origin, dataKey: dataKey, keyring: keyring,
                keyringRevision: sealed.revision, notices: directions.entrance.notices + notices))
    }

    private static var archiveOfAnotherPassword: ClientError {
        ClientError(
            .passwordsDiffer, "The auth-delivery server takes this password, and the archive wants another one.",
            hint: "Give the password that you had when the archive was made too.")
    }
}
