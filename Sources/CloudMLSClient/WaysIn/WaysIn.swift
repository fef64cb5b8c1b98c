import CloudMLSAPI
import KeyHierarchy
import MLSCodec

/// The ways in of a signed-in user: the password, recovery codes, devices. Each has a slot and a login key at both servers.
///
/// All methods throw `ClientError`. What is cut short leaves a way in that `list` shows as not working, and that `remove`
/// takes away; those that worked go on working.
public struct WaysIn: Sendable {
    let context: ClientContext

    public init(_ context: ClientContext) { self.context = context }

    /// All slots of both servers, put together and checked.
    struct State {
        var store: [StoredSlot]
        var profile: [StoredSlot]
        var names: WaysInList
    }

    func state() async throws -> State {
        let store = try await context.keyStore.slots()
        let profile = try await context.authDelivery.slots()
        let key = context.keyring.storeSigningKey.publicKey
        _ = try StoreChecks.verify(
            StoreChecks.slots(store, of: StoreScope.self), by: key, scopeID: context.storeID)
        _ = try StoreChecks.verify(
            StoreChecks.slots(profile, of: ProfileScope.self), by: key, scopeID: context.session.profileID)
        let names = try await context.sealed.value(StorePath.waysIn).decoded(WaysInList.self)
        return State(store: store, profile: profile, names: names ?? WaysInList())
    }

    /// The ways in, the password first, then in the order in which they were added.
    public func list() async throws -> [WayInSummary] {
        let state = try await state()
        let device = try await deviceKeys()
        var store = state.store
        var profile = state.profile
        var found: [WayInSummary] = []
        let keyring = await context.keys.current.keyring
        /// The kind of a way in whose slots are gone, while keyring and names still know it: its removal was cut short.
        func knownKind(of entry: WaysInList.Entry?) -> SlotKind? {
            let known = (keyring.storeSlots + keyring.profileSlots).first {
                $0.id == entry?.storeSlot || $0.id == entry?.profileSlot
            }
            return known?.recipient.kind
        }
        func add(_ storeSlot: StoredSlot?, _ profileSlot: StoredSlot?, _ entry: WaysInList.Entry?) {
            let slot = storeSlot ?? profileSlot
            guard let kind = slot?.kind ?? knownKind(of: entry),
                let id = slot?.id.array ?? entry?.storeSlot.bytes
            else { return }
            found.append(
                WayInSummary(
                    id: id.hex, kind: kind, name: entry?.name ?? "", added: entry?.added,
                    worksAtKeyStore: storeSlot?.login != nil, worksAtAuthDelivery: profileSlot?.login != nil,
                    isThisDevice: device.map { $0.store.slotID.bytes == storeSlot?.id.array } ?? false))
        }
        func take(_ slots: inout [StoredSlot], where matches: (StoredSlot) -> Bool) -> StoredSlot? {
            slots.firstIndex(where: matches).map { slots.remove(at: $0) }
        }
        add(take(&store) { $0.kind == .password }, take(&profile) { $0.kind == .password }, nil)
        for entry in state.names.entries {
            add(
                take(&store) { $0.id.array == entry.storeSlot.bytes },
                take(&profile) { $0.id.array == entry.profileSlot.bytes }, entry)
        }
        for slot in store { add(slot, nil, nil) }
        for slot in profile { add(nil, slot, nil) }
        return found
    }

    /// The one way in that a person means: a kind of which there is one, a name, or the beginning of an id.
    ///
    /// - Throws: `unknownWayIn` where none or several fit.
    public func find(_ text: String) async throws -> WayInSummary {
        let all = try await list()
        let fitting = all.filter { way in
            way.kind.name == text || way.name == text || (text.count >= 4 && way.id.hasPrefix(text.lowercased()))
        }
        guard let way = fitting.first, fitting.count == 1 else {
            throw ClientError(
                .unknownWayIn,
                fitting.isEmpty ? "There is no way in \"\(text)\"." : "\"\(text)\" fits several ways in.",
                hint: "Name it by the first digits of its id, as the list shows them.")
        }
        return way
    }

    /// This device's key for the user, where it has one.
    func deviceKeys() async throws -> DeviceKeys? {
        let name = DeviceKeys.localName(user: context.userName, at: context.authDeliveryOrigin)
        return try await context.local.read(name).flatMap { try? DeviceKeys(decoding: $0) }
    }

    /// Whether this device has a key of its own for the user.
    public func deviceHasKey() async throws -> Bool { try await deviceKeys() != nil }

    /// Notes the slots and the keyring as the key store has them in the store's anchor.
    func raiseAnchor() async throws {
        try await context.anchors.raiseStore {
            let slots = try StoreChecks.slots(try await context.keyStore.slots(), of: StoreScope.self)
            return (SlotsDigest(of: slots), await context.keys.current.revision)
        }
    }

    /// Changes the keyring, under whatever other devices write to it at the same time.
    ///
    /// - Parameter change: false where there is nothing to change.
    /// - Returns: the keys as they are stored now.
    @discardableResult
    func changeKeyring(_ change: (inout Keyring) -> Bool) async throws -> StoreKeys {
        var attempts = Attempts(16, orBusy: "Other devices of yours keep changing the keyring.")
        while true {
            try attempts.count()
            var keys = try await context.keys.read().keys
            guard change(&keys.keyring) else { return keys }
            let last = keys.revision
            keys.revision = last.next
            let sealed = try SealedKeyring(
                keys.keyring, storeID: context.storeID, revision: keys.revision, dataKey: keys.dataKey)
            do {
                _ = try await context.keyStore.writeKeyring(
                    ifRevision: last.rawValue, KeyringWrite(body: Bytes(sealed.encoded)))
                try await context.keys.adopt(keys)
                return keys
            } catch let error as ClientError where error.code == .refused(.revisionConflict) {
                continue
            }
        }
    }

    /// Changes the list of names.
    func changeNames(_ change: (inout WaysInList) -> Void) async throws {
        var attempts = Attempts(16, orBusy: "Other devices of yours keep changing the ways in.")
        while true {
            try attempts.count()
            let stored = try await context.sealed.value(StorePath.waysIn)
            var names = try stored.decoded(WaysInList.self) ?? WaysInList()
            change(&names)
            let write = SealedWrite(path: StorePath.waysIn, ifRevision: stored.revision, body: names.encoded)
            if case .written = try await context.sealed.write([write]) { return }
        }
    }
}
