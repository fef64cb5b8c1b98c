import CloudMLSAPI
import KeyHierarchy
import MLSCodec
import ServerKit

/// Another data key, checked as far as a server can.
struct NewRotation: Sendable {
    var precondition: Precondition
    var keyring: [UInt8]
    var slots: [RewrappedSlot]
    var minimumKeyID: UInt32
    var handover: [UInt8]?
    var endsOtherSessions: Bool
}

extension NewRotation {
    /// What a client sent, parsed as far as a server can: `too_large` or `bad_request` where it is no rotation.
    init(_ rotation: KeyRotation) throws(APIError) {
        guard rotation.keyring.array.count <= Limits.smallBody else {
            throw APIError.bodyTooLarge(Limits.smallBody)
        }
        guard rotation.ifRevision > 0 else { throw APIError(.badRequest, "A rotation replaces a keyring.") }
        if let handover = rotation.handover, (try? DataKeyHandover(decoding: handover.array)) == nil {
            throw APIError(.badRequest, "The handover is not one.")
        }
        guard Set(rotation.slots.map(\.id)).count == rotation.slots.count else {
            throw APIError(.badRequest, "A rotation has each slot once.")
        }
        precondition = .revision(rotation.ifRevision)
        keyring = rotation.keyring.array
        slots = try rotation.slots.map { slot throws(APIError) in
            guard let parsed = try? StoreSlot(decoding: slot.body.array), parsed.id.bytes == slot.id.array
            else { throw APIError(.badRequest, "The body is not a slot of this id for this server.") }
            return RewrappedSlot(
                slot: try NewSlot(body: slot.body.array, kind: parsed.kind, role: .keyStore),
                ifRevision: slot.ifRevision)
        }
        minimumKeyID = rotation.minimumKeyID
        handover = rotation.handover?.array
        endsOtherSessions = rotation.endsOtherSessions
    }
}
