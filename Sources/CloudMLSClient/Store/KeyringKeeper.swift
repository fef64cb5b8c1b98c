import CloudMLSAPI
package import KeyHierarchy
import MLSCodec

/// The newest keys of the store that this device knows. When another device changes them, this one follows by itself, as
/// long as it can: the session on disk first, then whatever waits for the keys.
package actor KeyringKeeper {
    private let service: any KeyStoreService
    private let storeID: StoreID
    private let storePublicKey: StorePublicKey
    /// The key pair of this device's own slot, where it has one.
    private let deviceKey: @Sendable () async throws -> DeviceKeys.Pair?
    /// Brings new keys to disk.
    private let save: @Sendable (StoreKeys) async throws -> Void
    private var keys: StoreKeys
    private var renewal: Task<Reading, any Error>?

    /// What the key store has.
    package struct Reading: Sendable {
        package var keys: StoreKeys
        /// Whether a handover lies beside the keyring: the rotation that runs lets signed-in devices follow.
        package var hasHandover: Bool
    }

    package init(
        _ keys: StoreKeys, service: any KeyStoreService, storeID: StoreID,
        deviceKey: @escaping @Sendable () async throws -> DeviceKeys.Pair?,
        save: @escaping @Sendable (StoreKeys) async throws -> Void
    ) {
        self.keys = keys
        self.service = service
        self.storeID = storeID
        self.storePublicKey = keys.keyring.storeSigningKey.publicKey
        self.deviceKey = deviceKey
        self.save = save
    }

    /// The keys as they are known now.
    package var current: StoreKeys { keys }

    /// Asks the key store for the keyring, unless somebody did since the one with this revision was used.
    ///
    /// - Returns: whether there are newer keys.
    /// - Throws: as `read`.
    package func renew(after used: Revision) async throws -> Bool {
        guard keys.revision <= used else { return true }
        return try await read().keys.revision > used
    }

    /// Asks the key store for the keyring, checks it, and stores it where it is newer.
    ///
    /// - Throws: `ClientError` with `signedOut` where neither the data key, nor a handover, nor this device's slot opens it, `notAuthentic`,
    ///   `rolledBack` or why the key store could not be reached.
    package func read() async throws -> Reading {
        if let renewal { return try await renewal.value }
        // A task of its own: that one caller is cancelled must not keep the keys from the disk.
        let task = Task { try await self.fetch() }
        renewal = task
        defer { renewal = nil }
        return try await task.value
    }

    /// Stores keys that this device has made and the key store has.
    package func adopt(_ new: StoreKeys) async throws {
        guard new.revision > keys.revision else { return }
        try await save(new)
        if new.revision > keys.revision { keys = new }
    }

    private func fetch() async throws -> Reading {
        let stored = try await service.keyring()
        let new = try await open(stored)
        try await adopt(new)
        return Reading(keys: new, hasHandover: stored.handover != nil)
    }

    private func open(_ stored: StoredKeyring) async throws -> StoreKeys {
        guard stored.storeID.array == storeID.bytes, let sealed = try? SealedKeyring(decoding: stored.body.array),
            sealed.revision.rawValue == stored.revision,
            let verified = try? sealed.verified(by: storePublicKey, storeID: storeID)
        else { throw StoreChecks.notAuthentic("The keyring", .keyStore) }
        guard verified.revision >= keys.revision else { throw StoreChecks.rolledBack("The key store", "keyring") }
        var dataKey = keys.dataKey
        do {
            return StoreKeys(dataKey: dataKey, keyring: try verified.open(with: dataKey), revision: verified.revision)
        } catch  where error.code == .wrongSecret {
            dataKey = try await newDataKey(stored, upTo: verified.revision)
        } catch {
            throw StoreChecks.notAuthentic("The keyring", .keyStore)
        }
        guard let keyring = try? verified.open(with: dataKey) else {
            throw StoreChecks.notAuthentic("The keyring", .keyStore)
        }
        return StoreKeys(dataKey: dataKey, keyring: keyring, revision: verified.revision)
    }

    /// The data key that took the place of the one that this device has.
    private func newDataKey(_ stored: StoredKeyring, upTo revision: Revision) async throws -> DataKey {
        if let new = try handedOver(stored, upTo: revision) { return new }
        // The rotation has ended while this device was away, or was to shut others out.
        guard let device = try await deviceKey(),
            let slot = try StoreChecks.slots(try await service.slots(), of: StoreScope.self)
                .first(where: { $0.id == device.slotID }),
            let new = try? slot.verified(by: storePublicKey, scopeID: storeID).open(with: device.slotKey)
        else { throw Self.keysChanged }
        return new
    }

    private func handedOver(_ stored: StoredKeyring, upTo revision: Revision) throws -> DataKey? {
        guard let body = stored.handover else { return nil }
        guard
            let verified = try? DataKeyHandover(decoding: body.array).verified(by: storePublicKey, storeID: storeID),
            verified.revision > keys.revision, verified.revision <= revision
        else { throw StoreChecks.notAuthentic("The new data key", .keyStore) }
        return try? verified.open(with: keys.dataKey)
    }

    private static var keysChanged: ClientError {
        ClientError(
            .signedOut, "Another device changed the keys of the stored data.",
            hint: "Sign in again with your password; nothing is lost.")
    }
}
