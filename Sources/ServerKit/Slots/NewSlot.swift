import CloudMLSAPI
package import KeyHierarchy
import MLSCodec

/// A slot that a client sent: parsed as far as a server can, which is its id and kind. The rest is the client's own.
package struct NewSlot: Sendable, Hashable {
    /// 16 bytes, from within the body.
    package let id: [UInt8]
    package let kind: SlotKind
    package let body: [UInt8]

    /// `too_large` or `bad_request` where it is not a slot of this kind for this server.
    package init(body: [UInt8], kind: SlotKind, role: ServerRole) throws(APIError) {
        guard body.count <= Limits.smallBody else { throw APIError.bodyTooLarge(Limits.smallBody) }
        let parsed: (id: SlotID, kind: SlotKind)? =
            switch role {
            case .keyStore: (try? StoreSlot(decoding: body)).map { ($0.id, $0.kind) }
            case .authDelivery: (try? ProfileSlot(decoding: body)).map { ($0.id, $0.kind) }
            }
        guard let parsed, parsed.kind == kind else {
            throw APIError(.badRequest, "The body is not a slot of this kind for this server.")
        }
        id = parsed.id.bytes
        self.kind = kind
        self.body = body
    }
}
