import CloudMLSAPI
import KeyHierarchy
import MLSCodec

/// A new data key with everything that has to hold it: what one transaction at the key store puts in the old one's place.
struct RotationPlan: Sendable {
    let request: KeyRotation
    let keys: StoreKeys

    /// - Parameters:
    ///   - slots: all that the key store has.
    ///   - passwordKey: opens the password slot; nil where there is none.
    ///   - isEvicting: leaves no handover and ends all other sessions.
    /// - Throws: `notAuthentic` where the slots are not those that the keyring knows, `wrongPassword`.
    init(
        _ old: StoreKeys, slots: [VerifiedSlot<StoreScope>], revisions: [SlotID: UInt64], storeID: StoreID,
        passwordKey: PasswordKey?, isEvicting: Bool, environment: ClientEnvironment
    ) throws {
        let dataKey: DataKey = environment.fresh()
        var keyring = old.keyring
        let keyID = try keyring.addObjectKey()
        keys = StoreKeys(dataKey: dataKey, keyring: keyring, revision: old.revision.next)
        let resealed = try slots.map { slot in
            try Self.reseal(slot, to: dataKey, old, storeID: storeID, passwordKey: passwordKey)
        }
        let handover = try DataKeyHandover(
            of: dataKey, from: old.dataKey, storeID: storeID, revision: keys.revision,
            signedBy: keyring.storeSigningKey)
        request = KeyRotation(
            ifRevision: old.revision.rawValue,
            keyring: Bytes(
                try SealedKeyring(keyring, storeID: storeID, revision: keys.revision, dataKey: dataKey).encoded),
            slots: resealed.map { slot in
                KeyRotation.Slot(
                    id: Bytes(slot.id.bytes), ifRevision: revisions[slot.id] ?? 0, body: Bytes(slot.encoded))
            },
            minimumKeyID: keyID.rawValue, handover: isEvicting ? nil : Bytes(handover.encoded),
            endsOtherSessions: isEvicting)
    }

    private static func reseal(
        _ slot: VerifiedSlot<StoreScope>, to dataKey: DataKey, _ old: StoreKeys, storeID: StoreID,
        passwordKey: PasswordKey?
    ) throws -> StoreSlot {
        let header = slot.slot.header
        let known = old.keyring.storeSlots.first { $0.id == header.id }
        guard let known, known.recipient.kind == header.kind, known.recipient.publicKey == header.publicKey else {
            throw ClientError(
                .notAuthentic, "There is a way in (\(header.id.hex)) that the keyring does not know.",
                hint: "Adding or removing it was cut short: remove it, then rotate again.", remedy: .removeWayIn)
        }
        guard header.kind == .password else {
            return try StoreSlot(
                sealing: dataKey, scopeID: storeID, id: header.id, to: known.recipient,
                signedBy: old.keyring.storeSigningKey)
        }
        guard let passwordKey, let kdf = header.kdf else { throw ClientError.unexpectedEvent }
        guard let opened = try? slot.open(with: passwordKey) else {
            throw ClientError(.wrongPassword, "The password is wrong.", hint: "Nothing was changed: try again.")
        }
        guard opened == old.dataKey else { throw StoreChecks.notAuthentic("The password's way in", .keyStore) }
        return try StoreSlot(
            sealing: dataKey, scopeID: storeID, id: header.id, passwordKey: passwordKey, kdf: kdf,
            signedBy: old.keyring.storeSigningKey)
    }
}
