package import CloudMLSAPI
package import KeyHierarchy

/// A slot that comes from another server with its revision and login key, checked.
package struct ImportedSlot: Sendable, Hashable {
    package let slot: NewSlot
    package let revision: UInt64
    package let login: LoginMethod?

    /// `bad_request` where the fields do not fit together.
    package init(_ stored: StoredSlot, role: ServerRole) throws(APIError) {
        slot = try NewSlot(body: stored.body.array, kind: stored.kind, role: role)
        guard slot.id == stored.id.array, (1...UInt64(1) << 53 - 1).contains(stored.revision) else {
            throw APIError(.badRequest, "A slot has another id than its body says, or no revision.")
        }
        revision = stored.revision
        login = try stored.login.map { key throws(APIError) in try LoginKeyRule.checked(key, for: stored.kind) }
    }

    /// All slots of a user: each once, no more of a kind than there can be, and one that somebody can log in with.
    package static func all(_ stored: [StoredSlot], role: ServerRole) throws(APIError) -> [ImportedSlot] {
        var slots: [ImportedSlot] = []
        for slot in stored.prefix(1_000) { slots.append(try ImportedSlot(slot, role: role)) }
        guard slots.contains(where: { $0.login != nil }), Set(slots.map(\.slot.id)).count == slots.count else {
            throw APIError(.badRequest, "A user has each slot once, and a login key.")
        }
        for kind in SlotKind.allCases {
            guard slots.filter({ $0.slot.kind == kind }).count <= LoginKeyRule.maximumCount(of: kind) else {
                throw APIError(.badRequest, "There are more slots of a kind than there can be.")
            }
        }
        return slots
    }
}
