import KeyHierarchy
import MLSCodec
import Testing

@Suite struct HandoverTests {
    private let fixture: Fixture
    private let old: DataKey

    init() throws {
        fixture = try Fixture()
        old = try Vectors.secret("input old data key")
    }

    @Test func vectors() throws {
        let handover: DataKeyHandover = try Vectors.decoded("format DataKeyHandover")
        let verified = try handover.verified(by: fixture.signingKey.publicKey, storeID: fixture.storeID)
        #expect(verified.revision.rawValue == 7)
        #expect(try verified.open(with: old) == fixture.dataKey)
        let own = try DataKeyHandover(
            of: fixture.dataKey, from: old, storeID: fixture.storeID, revision: revision(7),
            nonce: Vectors.bytes("input handover nonce"), signedBy: fixture.signingKey)
        #expect(own.encoded.dropLast(64) == handover.encoded.dropLast(64))
    }

    @Test func refusals() throws {
        let handover: DataKeyHandover = try Vectors.decoded("format DataKeyHandover")
        let key = fixture.signingKey.publicKey
        #expect(throws: KeyHierarchyError(.wrongScope)) { try handover.verified(by: key, storeID: .random()) }
        #expect(throws: KeyHierarchyError(.invalidSignature)) {
            try handover.verified(by: StoreSigningKey.random().publicKey, storeID: fixture.storeID)
        }
        #expect(throws: KeyHierarchyError(.wrongSecret)) {
            try handover.verified(by: key, storeID: fixture.storeID).open(with: fixture.dataKey)
        }
    }

    @Test func everyBitIsSigned() throws {
        for bytes in try Vectors.bytes("format DataKeyHandover").withOneBitFlipped {
            guard let handover = try? DataKeyHandover(decoding: bytes) else { continue }
            #expect(throws: KeyHierarchyError.self) {
                try handover.verified(by: fixture.signingKey.publicKey, storeID: fixture.storeID)
            }
        }
    }

    /// Revision and store are bound by the AEAD too, not by the signature alone.
    @Test func theHeaderIsAdditionalData() throws {
        func handover(_ number: UInt64) throws -> DataKeyHandover {
            try DataKeyHandover(
                of: fixture.dataKey, from: old, storeID: fixture.storeID, revision: revision(number),
                signedBy: fixture.signingKey)
        }
        let content = try Array(handover(2).encoded.prefix(25) + handover(1).encoded.dropFirst(25).dropLast(64))
        let signature = try fixture.signingKey.sign(content, as: .handover)
        let spliced = try DataKeyHandover(decoding: content + signature.bytes)
        let verified = try spliced.verified(by: fixture.signingKey.publicKey, storeID: fixture.storeID)
        #expect(throws: KeyHierarchyError(.wrongSecret)) { try verified.open(with: old) }
    }
}
