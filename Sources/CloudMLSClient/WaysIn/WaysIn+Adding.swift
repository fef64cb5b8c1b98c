import CloudMLSAPI
public import KeyHierarchy
import MLSCodec

extension WaysIn {
    /// Makes a recovery code, with which somebody who lost the password signs in at both servers.
    ///
    /// - Parameters:
    ///   - name: what the user calls it, such as where the paper is.
    ///   - show: given the code before the last write, which makes it work: no code works that nobody has seen.
    /// - Returns: the code, which is nowhere else.
    /// - Throws: `invalidArgument` for a name that is in use, `busy`, or why a server refused; then the code does not work.
    @discardableResult
    public func addRecoveryCode(
        name: String, show: (RecoveryCode) async throws -> Void = { _ in }
    ) async throws -> RecoveryCode {
        let code = RecoveryCode.random()
        try await add(
            kind: .recovery, name: name,
            store: Half(
                id: context.environment.fresh(), recipient: try code.recipient(role: .keyStore),
                loginKey: try code.loginKey(role: .keyStore)),
            profile: Half(
                id: context.environment.fresh(), recipient: try code.recipient(role: .authDelivery),
                loginKey: try code.loginKey(role: .authDelivery))
        ) { try await show(code) }
        return code
    }

    /// Gives this device a key of its own, with which it signs in without a password until that is removed.
    ///
    /// - Parameter name: what the user calls the device.
    /// - Throws: `wayInExists` where the device has one already; else as `addRecoveryCode`.
    public func addDevice(name: String) async throws {
        let localName = DeviceKeys.localName(user: context.userName, at: context.authDeliveryOrigin)
        if let known = try await deviceKeys(), try await list().contains(where: { $0.isThisDevice && $0.works }) {
            throw ClientError(
                .wayInExists, "This device has a key already.",
                hint: "Remove it first: \(known.store.slotID.hex.prefix(8)).", remedy: .removeWayIn)
        }
        let device = try DeviceKeys(
            storePublicKey: context.keyring.storeSigningKey.publicKey, environment: context.environment)
        // The key first: a slot that nobody can open is of no use, a key without a slot does no harm.
        try await context.local.write(localName, device.encoded)
        try await add(
            kind: .device, name: name,
            store: Half(
                id: device.store.slotID, recipient: .device(device.store.slotKey.publicKey),
                loginKey: device.store.loginKey),
            profile: Half(
                id: device.profile.slotID, recipient: .device(device.profile.slotKey.publicKey),
                loginKey: device.profile.loginKey))
    }

    /// A new way in at one server.
    private struct Half {
        var id: SlotID
        var recipient: SlotRecipient
        var loginKey: LoginKey

        func write(_ kind: SlotKind, _ body: [UInt8]) -> SlotWrite {
            SlotWrite(
                kind: kind, body: Bytes(body),
                login: LoginMethod(kind: kind, publicKey: Bytes(loginKey.publicKey.bytes), kdf: nil))
        }
    }

    /// Names, keyring, key store, auth-delivery server, anchor. The keyring knows every slot before there is one, so that
    /// a rotation of the data key leaves none behind.
    ///
    /// - Parameter beforeLast: called before the write that makes the way in work.
    private func add(
        kind: SlotKind, name: String, store: Half, profile: Half, beforeLast: () async throws -> Void = {}
    ) async throws {
        guard !name.isEmpty, name.utf8.count <= 128, SlotKind(name: name) == nil else {
            throw ClientError(
                .invalidArgument, "\"\(name)\" cannot be the name of a way in.",
                hint: "Use 1 to 128 bytes of text, and not the word for a kind of way in.")
        }
        guard try await !list().contains(where: { $0.name == name && $0.works }) else {
            throw ClientError(
                .wayInExists, "There is a way in with the name \"\(name)\".", hint: "Choose another name.")
        }
        let session = context.session
        let entry = WaysInList.Entry(
            storeSlot: store.id, profileSlot: profile.id, name: name, added: context.environment.now())
        try await changeNames { $0.entries.append(entry) }
        let keys = try await changeKeyring { keyring in
            keyring.storeSlots.append(Keyring.KnownSlot(id: store.id, recipient: store.recipient))
            keyring.profileSlots.append(Keyring.KnownSlot(id: profile.id, recipient: profile.recipient))
            return true
        }
        let key = context.keyring.storeSigningKey
        let profileSlot = try ProfileSlot(
            sealing: context.profileKey, scopeID: session.profileID, id: profile.id, to: profile.recipient,
            signedBy: key)
        try await write(store, kind, holding: keys.dataKey)
        try await beforeLast()
        _ = try await context.authDelivery.writeSlot(
            id: profile.id.bytes, ifRevision: 0, profile.write(kind, profileSlot.encoded))
        // It works from here on: an anchor that cannot be raised now is raised by the next change.
        do { try await raiseAnchor() } catch is ClientError {}
    }

    /// Writes a slot at the key store, and again where a rotation began meanwhile, which did not know of the slot yet.
    private func write(_ half: Half, _ kind: SlotKind, holding dataKey: DataKey) async throws {
        var dataKey = dataKey
        var attempts = Attempts(16, orBusy: "Other devices of yours keep changing the keys.")
        var revision: UInt64 = 0
        while true {
            try attempts.count()
            let slot = try StoreSlot(
                sealing: dataKey, scopeID: context.storeID, id: half.id, to: half.recipient,
                signedBy: context.keyring.storeSigningKey)
            _ = try await context.keyStore.writeSlot(
                id: half.id.bytes, ifRevision: revision, half.write(kind, slot.encoded))
            let newest = try await context.keys.read().keys.dataKey
            guard newest != dataKey else { return }
            dataKey = newest
            revision += 1
        }
    }
}
