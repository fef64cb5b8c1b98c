import CloudMLSAPI
import KeyHierarchy
import MLSCodec

/// What a client checks of the slots, profile, keyring and anchor that the servers give (docs/consistency.md,
/// "Signing in").
enum StoreChecks {
    /// Parses the slots that a server lists, each of which must be what the list says.
    static func slots<Scope>(_ stored: [StoredSlot], of scope: Scope.Type) throws -> [Slot<Scope>] {
        try stored.map { item in
            guard let slot = try? Slot<Scope>(decoding: item.body.array), slot.id.bytes == item.id.array,
                slot.kind == item.kind
            else { throw notAuthentic("A way in", Scope.role) }
            return slot
        }
    }

    /// The slot that the password opens, and the KDF it was made with.
    static func passwordSlot<Scope>(_ slots: [Slot<Scope>]) throws -> (slot: Slot<Scope>, kdf: PasswordKDF) {
        guard let slot = slots.first(where: { $0.kind == .password }), let kdf = slot.header.kdf else {
            throw ClientError(
                .notAuthentic, "The \(Scope.role.title) took the password and has nothing that it opens.",
                hint: "Sign in with the recovery code.")
        }
        return (slot, kdf)
    }

    /// The slot that a recovery code opens: its public key stands in it.
    static func recoverySlot<Scope>(_ slots: [Slot<Scope>], of code: RecoveryCode) throws -> Slot<Scope> {
        let publicKey = try code.slotKeyPair(role: Scope.role).publicKey
        guard let slot = slots.first(where: { $0.kind == .recovery && $0.header.publicKey == publicKey }) else {
            throw nothingToOpen("recovery code", Scope.role)
        }
        return slot
    }

    /// The slot of a device.
    static func deviceSlot<Scope>(_ slots: [Slot<Scope>], of device: DeviceKeys.Pair) throws -> Slot<Scope> {
        guard
            let slot = slots.first(where: {
                $0.kind == .device && $0.id == device.slotID && $0.header.publicKey == device.slotKey.publicKey
            })
        else { throw nothingToOpen("device's key", Scope.role) }
        return slot
    }

    private static func nothingToOpen(_ what: String, _ role: ServerRole) -> ClientError {
        ClientError(
            .notAuthentic, "The \(role.title) took the \(what) and has nothing that it opens.",
            hint: "Sign in with another way in.")
    }

    /// Checks that the store's owner made every slot.
    static func verify<Scope>(
        _ slots: [Slot<Scope>], by key: StorePublicKey, scopeID: FixedBytes<Scope.IDKind>
    ) throws -> [VerifiedSlot<Scope>] {
        do {
            return try slots.map { slot in try slot.verified(by: key, scopeID: scopeID) }
        } catch {
            throw notAuthentic("A way in", Scope.role)
        }
    }

    static func open(
        _ stored: StoredProfile, with profileKey: ProfileKey, profileID: ProfileID, pins: ServerPins?
    ) throws -> Profile {
        guard let sealed = try? SealedProfile(decoding: stored.body.array),
            sealed.revision.rawValue == stored.revision,
            let profile = try? sealed.open(
                with: profileKey, profileID: profileID, storePublicKey: pins?.storePublicKey)
        else { throw notAuthentic("The profile", .authDelivery) }
        guard profile.moveCounter >= pins?.moveCounter ?? 0 else {
            throw rolledBack("The auth-delivery server", "profile")
        }
        return profile
    }

    /// Checks and opens the keyring.
    /// - Parameter key: the store's public key; nil where only the data key, which the password opened, vouches for it.
    static func open(
        _ stored: StoredKeyring, with dataKey: DataKey, storeID: StoreID, by key: StorePublicKey?
    ) throws -> (keyring: Keyring, revision: Revision) {
        guard stored.storeID.array == storeID.bytes, let sealed = try? SealedKeyring(decoding: stored.body.array),
            sealed.revision.rawValue == stored.revision
        else { throw notAuthentic("The keyring", .keyStore) }
        do {
            let keyring =
                if let key {
                    try sealed.verified(by: key, storeID: storeID).open(with: dataKey)
                } else {
                    try sealed.openUnverified(with: dataKey, storeID: storeID)
                }
            return (keyring, sealed.revision)
        } catch {
            throw notAuthentic("The keyring", .keyStore)
        }
    }

    /// Compares what the keyring says about the auth-delivery server with the server that was met on the way.
    static func compare(_ keyring: Keyring, authDelivery: ServerID, profileKey: ProfileKey) throws {
        guard keyring.authDeliveryServerID == authDelivery else {
            throw ClientError(
                .serverIdentityChanged, "This is not the auth-delivery server that your data belongs to.",
                hint: "Check its address; if it was set up anew, sign up there again.")
        }
        guard keyring.profileKey == profileKey else {
            throw ClientError(
                .notAuthentic, "The data at the key store belongs to another account.",
                hint: "Use another user name, or another setup code.")
        }
    }

    static func open(_ stored: StoredAnchor, name: AnchorName, with sealer: AnchorSealer) throws -> StoreAnchor {
        guard stored.name.array == name.bytes, let revision = Revision(rawValue: stored.revision),
            let anchor = try? sealer.open(StoreAnchor.self, stored.body.array, name: name, revision: revision)
        else { throw notAuthentic("The anchor", .authDelivery) }
        return anchor
    }

    static func rolledBack(_ server: String, _ what: String) -> ClientError {
        ClientError(
            .rolledBack, "\(server) shows an older \(what) than it did before.",
            hint: "Ask whoever runs it whether an old backup was restored; a newer one helps.")
    }

    static func notAuthentic(_ what: String, _ role: ServerRole) -> ClientError {
        ClientError(
            .notAuthentic, "\(what) at the \(role.title) is not what you stored there.",
            hint: "Ask whoever runs the server; nothing was changed.")
    }
}

extension ServerRole {
    /// For messages.
    var title: String {
        switch self {
        case .keyStore: "key store"
        case .authDelivery: "auth-delivery server"
        }
    }
}
