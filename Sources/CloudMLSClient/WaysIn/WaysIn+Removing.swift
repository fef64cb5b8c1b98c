import CloudMLSAPI
import KeyHierarchy

extension WaysIn {
    /// Takes a way in away at both servers; the sessions that it began end with it.
    ///
    /// - Throws: `lastWayIn` where no other one would work at both servers.
    public func remove(_ way: WayInSummary) async throws {
        let all = try await list()
        guard let current = all.first(where: { $0.id == way.id }) else { return }
        guard all.contains(where: { $0.id != current.id && $0.works }) else {
            throw ClientError(
                .lastWayIn, "This is the last way in that works at both servers.",
                hint: "Add another one first, and test it.")
        }
        let state = try await state()
        let entry = state.names.entries.first {
            $0.storeSlot.hex == current.id || $0.profileSlot.hex == current.id
        }
        func slot(_ slots: [StoredSlot], _ id: SlotID?) -> StoredSlot? {
            slots.first { slot in
                current.kind == .password
                    ? slot.kind == .password : slot.id.array == id?.bytes || slot.id.array.hex == current.id
            }
        }
        let storeSlot = slot(state.store, entry?.storeSlot)
        let profileSlot = slot(state.profile, entry?.profileSlot)
        // Signing in begins at the auth-delivery server: from its removal there the way in is of no use.
        try await delete(profileSlot, at: context.authDelivery)
        try await delete(storeSlot, at: context.keyStore)
        let gone = Set([storeSlot, profileSlot].compactMap { $0?.id.array })
        try await changeKeyring { keyring in
            let before = keyring.storeSlots.count + keyring.profileSlots.count
            keyring.storeSlots.removeAll { gone.contains($0.id.bytes) || $0.id == entry?.storeSlot }
            keyring.profileSlots.removeAll { gone.contains($0.id.bytes) || $0.id == entry?.profileSlot }
            return keyring.storeSlots.count + keyring.profileSlots.count != before
        }
        if let entry { try await changeNames { $0.entries.removeAll { $0 == entry } } }
        try await raiseAnchor()
        if current.isThisDevice { try await forgetDeviceKey() }
    }

    /// Forgets this device's key; its slots at the servers stay until they are removed.
    public func forgetDeviceKey() async throws {
        try await context.local.write(
            DeviceKeys.localName(user: context.userName, at: context.authDeliveryOrigin), nil)
    }

    /// A run before this one may have deleted it already.
    private func delete(_ slot: StoredSlot?, at service: any AuthenticationService) async throws {
        guard var slot else { return }
        var attempts = Attempts(16, orBusy: "Other devices of yours keep changing the ways in.")
        while true {
            try attempts.count()
            do {
                return try await service.deleteSlot(id: slot.id.array, ifRevision: slot.revision)
            } catch let error as ClientError where error.code == .refused(.notFound) {
                return
            } catch let error as ClientError where error.code == .refused(.revisionConflict) {
                // A rotation has sealed it anew meanwhile.
                guard let newest = try await service.slots().first(where: { $0.id == slot.id }) else { return }
                slot = newest
            } catch let error as ClientError where error.code == .refused(.lastWayIn) {
                throw ClientError(
                    .lastWayIn, "This is the last way in at \(service.origin).",
                    hint: "Add another one first, and test it.")
            }
        }
    }
}
