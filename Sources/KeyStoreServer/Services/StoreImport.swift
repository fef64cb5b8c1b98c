import CloudMLSAPI
import KeyHierarchy
import ServerKit

/// What comes with a store besides its objects, checked.
struct StoreImport: Sendable {
    let moveID: MoveID
    /// Nil where the store comes from a file.
    let sourceKey: ServerPublicKey?
    let keyringRevision: UInt64
    let keyring: [UInt8]
    let slots: [ImportedSlot]
    /// 32 bytes.
    let followHash: [UInt8]

    /// `too_large` or `bad_request` where it cannot be what comes with a store.
    init(_ contents: ImportContents) throws(APIError) {
        moveID = try Self.moveID(contents.moveID)
        sourceKey = contents.sourceKey.flatMap { ServerPublicKey(bytes: $0.array) }
        guard (sourceKey != nil) == (contents.sourceKey != nil), contents.followHash.array.count == 32,
            (1...Revision.maximum).contains(contents.keyringRevision)
        else { throw APIError(.badRequest, "A key, hash or revision is not of the form that it must have.") }
        guard contents.keyring.array.count <= Limits.smallBody else { throw APIError.bodyTooLarge(Limits.smallBody) }
        keyringRevision = contents.keyringRevision
        keyring = contents.keyring.array
        slots = try ImportedSlot.all(contents.slots, role: .keyStore)
        followHash = contents.followHash.array
    }

    static func moveID(_ bytes: Bytes) throws(APIError) -> MoveID {
        guard let move = MoveID(bytes: bytes.array) else {
            throw APIError(.badRequest, "A move's id has \(MoveIDKind.byteCount) bytes.")
        }
        return move
    }
}
