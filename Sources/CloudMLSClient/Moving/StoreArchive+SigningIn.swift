import CloudMLSAPI
import KeyHierarchy
import MLSCodec

// Signing in with an archive in place of the key store, which is gone. The profile says who made the archive, and the
// anchor whether it is the newest.
extension StoreArchive {
    /// Opens the archive with the way in that the auth-delivery server took, and checks all of it.
    ///
    /// - Parameter pins: what this device remembers of an earlier sign-in.
    func open(
        _ directions: Directions, _ key: MoveKey, pins: ServerPins?, _ environment: ClientEnvironment
    ) async throws -> (SignedIn, Summary) {
        let profile = directions.profile
        guard storeID == profile.storeID else { throw Self.ofSomebodyElse }
        let dataKey = try await dataKey(try verified(header.slots, profile), key, environment)
        let summary = try await environment.step(MoveStep.readArchive) { try await verify(dataKey: dataKey) }
        let slots = summary.contents.slots.map(\.slot)
        _ = try verified(slots, profile)
        guard let sealed = try? SealedKeyring(decoding: summary.contents.keyring),
            sealed.revision == summary.contents.keyringRevision,
            let keyring = try? sealed.verified(by: profile.storePublicKey, storeID: profile.storeID)
                .open(with: dataKey)
        else { throw Self.notAuthentic("The keyring") }
        guard sealed.revision >= max(directions.anchor.keyringRevision, pins?.keyringRevision ?? .none) else {
            throw Self.tooOld
        }
        // An archive has no incarnation: the new key store's is noted when it is open.
        let notices = try StoreChecks.compare(
            directions.anchor, pins: pins, keyringRevision: sealed.revision, slots: slots,
            incarnation: directions.anchor.incarnation.bytes)
        try StoreChecks.compare(keyring, authDelivery: directions.serverID, profileKey: directions.profileKey)
        guard let origin = profile.origins.first else { throw ClientError.unexpectedEvent }
        let signedIn = SignedIn(
            authDeliveryServerID: directions.serverID, profileID: directions.profileID, profile: profile,
            keyStoreOrigin: origin, dataKey: dataKey, keyring: keyring, keyringRevision: sealed.revision,
            notices: directions.notices + notices)
        return (signedIn, summary)
    }

    private func dataKey(
        _ slots: [VerifiedSlot<StoreScope>], _ key: MoveKey, _ environment: ClientEnvironment
    ) async throws -> DataKey {
        switch key {
        case .password(let hasher):
            guard let slot = slots.first(where: { $0.slot.kind == .password }), let kdf = slot.slot.header.kdf else {
                throw Self.withoutPassword
            }
            try environment.kdfPolicy.accept(kdf)
            let hashed = try await environment.step(MoveStep.deriveKey) { try await hasher().key(kdf) }
            guard let dataKey = try? slot.open(with: hashed) else { throw Self.ofAnotherPassword }
            return dataKey
        case .recovery(let code):
            let publicKey = try code.slotKeyPair(role: .keyStore).publicKey
            let slot = slots.first { $0.slot.kind == .recovery && $0.slot.header.publicKey == publicKey }
            guard let dataKey = try? slot?.open(with: code) else { throw Self.wrongRecoveryCode }
            return dataKey
        }
    }

    private func verified(_ slots: [StoreSlot], _ profile: Profile) throws -> [VerifiedSlot<StoreScope>] {
        do {
            return try slots.map { try $0.verified(by: profile.storePublicKey, scopeID: profile.storeID) }
        } catch {
            throw Self.notAuthentic("A way in")
        }
    }

    private static var ofAnotherPassword: ClientError {
        ClientError(
            .passwordsDiffer, "The auth-delivery server takes this password, and the archive wants another one.",
            hint: "Give the password that you had when the archive was made too.")
    }
}
