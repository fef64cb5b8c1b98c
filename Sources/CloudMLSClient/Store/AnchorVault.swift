import CloudMLSAPI
package import KeyHierarchy
import MLSCodec

/// Reads and swaps anchors: sealed at the auth-delivery server, with a copy on this device.
package struct AnchorVault: Sendable {
    let sealer: AnchorSealer
    private let storeID: StoreID
    private let authDelivery: any AuthDeliveryService
    let local: any LocalState

    package init(
        profileKey: ProfileKey, storeID: StoreID, authDelivery: any AuthDeliveryService, local: any LocalState
    ) {
        sealer = AnchorSealer(profileKey: profileKey)
        self.storeID = storeID
        self.authDelivery = authDelivery
        self.local = local
    }

    /// An anchor, and the revision that a swap must name.
    package struct Reading<Value: Anchor>: Sendable {
        package var anchor: Value?
        package var revision: UInt64
    }

    /// Raises the store anchor's revision of the KeyPackage pools.
    ///
    /// - Parameter revisions: the sum of the revisions of all pools, which only grows.
    package func raiseKeyPackages(to revisions: UInt64) async throws {
        guard let revision = Revision(rawValue: revisions) else { return }
        let name = sealer.name(storeID: storeID)
        var attempts = Attempts(16, orBusy: "Other devices of yours keep writing.")
        while true {
            try attempts.count()
            let reading: Reading<StoreAnchor> = try await stored(name)
            // Signing up writes the first one: it alone knows the keyring and the slots.
            guard var anchor = reading.anchor, anchor.keyPackagesRevision < revision else { return }
            anchor.keyPackagesRevision = revision
            if try await write(anchor, name: name, ifRevision: reading.revision) { return }
        }
    }

    /// The store's anchor; nil before signing up has written it.
    package func store() async throws -> Reading<StoreAnchor> { try await stored(sealer.name(storeID: storeID)) }

    /// Notes what the KeyPackage pools are now, after those of a later state of the key store were withdrawn.
    ///
    /// - Parameter revisions: the sum of the revisions of all pools; read again where another device swaps the anchor.
    package func settleKeyPackages(
        in incarnation: Incarnation, to revisions: () async throws -> UInt64
    ) async throws {
        let name = sealer.name(storeID: storeID)
        var attempts = Attempts(16, orBusy: "Other devices of yours keep writing.")
        while true {
            try attempts.count()
            let reading = try await store()
            guard var anchor = reading.anchor, let revision = Revision(rawValue: try await revisions()) else { return }
            anchor.incarnation = incarnation
            anchor.keyPackagesRevision = revision
            if anchor == reading.anchor { return }
            if try await write(anchor, name: name, ifRevision: reading.revision) { return }
        }
    }

    /// Notes the ways in and the keyring in the store's anchor, after they were written at the key store.
    ///
    /// - Parameter current: what the key store has now; read again where another device swaps the anchor meanwhile.
    package func raiseStore(to current: () async throws -> (SlotsDigest, Revision)) async throws {
        let name = sealer.name(storeID: storeID)
        var attempts = Attempts(16, orBusy: "Other devices of yours keep writing.")
        while true {
            try attempts.count()
            let (slots, keyringRevision) = try await current()
            let reading: Reading<StoreAnchor> = try await stored(name)
            guard var anchor = reading.anchor else { return }
            anchor.slotsDigest = slots
            anchor.keyringRevision = max(anchor.keyringRevision, keyringRevision)
            if anchor == reading.anchor { return }
            if try await write(anchor, name: name, ifRevision: reading.revision) { return }
        }
    }

    func stored<Value: Anchor>(_ name: AnchorName) async throws -> Reading<Value> {
        guard let stored = try await authDelivery.anchor(name.bytes) else {
            return Reading(anchor: nil, revision: 0)
        }
        guard let revision = Revision(rawValue: stored.revision), stored.revision > 0,
            let anchor = try? sealer.open(Value.self, stored.body.array, name: name, revision: revision)
        else {
            throw ClientError(
                .notAuthentic, "The auth-delivery server shows an anchor that was not written by you.",
                hint: "Messages can be read, but do not send any before its operator has explained this.")
        }
        return Reading(anchor: anchor, revision: stored.revision)
    }

    func write(_ anchor: some Anchor, name: AnchorName, ifRevision: UInt64) async throws -> Bool {
        guard let last = Revision(rawValue: ifRevision) else {
            throw ClientError(.malformedAnswer, "The server counts further than revisions go.")
        }
        let body = try sealer.seal(anchor, name: name, revision: last.next)
        do {
            _ = try await authDelivery.writeAnchor(
                name.bytes, ifRevision: ifRevision, AnchorWrite(body: Bytes(body)))
            return true
        } catch let error as ClientError where error.code == .refused(.revisionConflict) {
            return false
        }
    }

    static func localName(_ name: AnchorName) -> String { "anchor/\(name.hex)" }
}
