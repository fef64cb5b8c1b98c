import KeyHierarchy
import MLSCodec
import Testing

@Suite struct KeyringTests {
    private let fixture: Fixture

    init() throws { fixture = try Fixture() }

    @Test func vectors() throws {
        let keyring: Keyring = try Vectors.decoded("format Keyring")
        #expect(try keyring == fixture.keyring)
        let sealed: SealedKeyring = try Vectors.decoded("format SealedKeyring")
        let verified = try sealed.verified(by: fixture.signingKey.publicKey, storeID: fixture.storeID)
        #expect(verified.revision.rawValue == 7)
        #expect(try verified.open(with: fixture.dataKey) == keyring)
        let own = try SealedKeyring(
            keyring, storeID: fixture.storeID, revision: revision(7), dataKey: fixture.dataKey,
            nonce: Vectors.bytes("input keyring nonce"))
        #expect(own.encoded.dropLast(64) == sealed.encoded.dropLast(64))
    }

    @Test func refusals() throws {
        let sealed: SealedKeyring = try Vectors.decoded("format SealedKeyring")
        let key = fixture.signingKey.publicKey
        #expect(throws: KeyHierarchyError(.wrongScope)) { try sealed.verified(by: key, storeID: .random()) }
        #expect(throws: KeyHierarchyError(.invalidSignature)) {
            try sealed.verified(by: StoreSigningKey.random().publicKey, storeID: fixture.storeID)
        }
        #expect(throws: KeyHierarchyError(.wrongSecret)) {
            try sealed.verified(by: key, storeID: fixture.storeID).open(with: .random())
        }
    }

    @Test func everyBitIsSigned() throws {
        for bytes in try Vectors.bytes("format SealedKeyring").withOneBitFlipped {
            guard let sealed = try? SealedKeyring(decoding: bytes) else { continue }
            #expect(throws: KeyHierarchyError.self) {
                try sealed.verified(by: fixture.signingKey.publicKey, storeID: fixture.storeID)
            }
        }
    }

    /// Revision and store are bound by the AEAD too, not by the signature alone.
    @Test func theHeaderIsAdditionalData() throws {
        let keyring = try fixture.keyring
        let one = try SealedKeyring(
            keyring, storeID: fixture.storeID, revision: .first, dataKey: fixture.dataKey)
        let two = try SealedKeyring(
            keyring, storeID: fixture.storeID, revision: Revision.first.next, dataKey: fixture.dataKey)
        let body = Array(one.encoded.dropFirst(25).dropLast(64))
        let header = Array(two.encoded.prefix(25))
        let signature = try keyring.storeSigningKey.sign(header + body, as: .keyring)
        let spliced = try SealedKeyring(decoding: header + body + signature.bytes)
        let verified = try spliced.verified(by: fixture.signingKey.publicKey, storeID: fixture.storeID)
        #expect(throws: KeyHierarchyError(.wrongSecret)) { try verified.open(with: fixture.dataKey) }
    }

    @Test func rotation() throws {
        var keyring = Keyring(
            storeSigningKey: fixture.signingKey, profileKey: fixture.profileKey,
            authDeliveryServerID: fixture.serverKey.serverID)
        #expect(keyring.activeKeyID == .first)
        let old = ObjectSealer(storeID: fixture.storeID, keyring: keyring)
        let name = old.name("index")
        let body = try old.seal([1], name: name, revision: .first)
        let id = try keyring.addObjectKey()
        #expect(keyring.activeKeyID == id && id > .first)
        let both = ObjectSealer(storeID: fixture.storeID, keyring: keyring)
        #expect(try both.open(body, name: name, revision: .first) == [1])
        let newBody = try both.seal([2], name: name, revision: Revision.first.next)
        #expect(try ObjectHeader(ofObject: newBody).keyID == id)
        keyring.dropInactiveObjectKeys()
        let new = ObjectSealer(storeID: fixture.storeID, keyring: try Keyring(decoding: keyring.encoded))
        #expect(try new.open(newBody, name: name, revision: Revision.first.next) == [2])
        #expect(throws: KeyHierarchyError(.unknownObjectKey)) {
            try new.open(body, name: name, revision: .first)
        }
    }

    @Test func aKeyringMustMakeSense() throws {
        let keys = try fixture.keyring.objectKeys
        func bytes(_ keys: [Keyring.NumberedKey], active: UInt32) throws -> [UInt8] {
            let rest = try fixture.keyring.encoded.dropFirst(1 + fixture.keyring.objectKeys.encoded.count + 4)
            return [1] + keys.encoded + active.encoded + rest
        }
        #expect(try Keyring(decoding: bytes(keys, active: 1)).activeKeyID == .first)
        #expect(throws: CodecError(.invalidValue)) { try Keyring(decoding: bytes(keys, active: 3)) }
        #expect(throws: CodecError(.invalidValue)) { try Keyring(decoding: bytes([], active: 1)) }
        #expect(throws: CodecError(.invalidValue)) { try Keyring(decoding: bytes(keys.reversed(), active: 1)) }
        #expect(throws: CodecError(.invalidValue)) { try Keyring(decoding: bytes([keys[0], keys[0]], active: 1)) }
    }
}
