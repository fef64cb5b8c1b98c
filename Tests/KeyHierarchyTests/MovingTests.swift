import KeyHierarchy
import MLSCodec
import Testing

@Suite struct MovingTests {
    private let fixture: Fixture
    private let moveID: MoveID
    private let destination: ServerID

    init() throws {
        fixture = try Fixture()
        moveID = try Vectors.fixed("input move id")
        destination = try Vectors.fixed("input destination server id")
    }

    private var next: Profile {
        get throws {
            Profile(
                origins: [try #require(Origin(rawValue: "https://new.example:7464"))], serverID: destination,
                userName: fixture.userName, storeID: fixture.storeID, storePublicKey: fixture.signingKey.publicKey,
                moveCounter: 4)
        }
    }

    @Test func anchorVector() throws {
        let sealer = AnchorSealer(profileKey: fixture.profileKey)
        let name = sealer.name(moveOf: fixture.storeID)
        #expect(name.bytes == (try Vectors.bytes("anchor name move")))
        let body = try Vectors.bytes("format SealedAnchor move")
        let anchor = MoveAnchor(moveCounter: 4, moveID: moveID)
        #expect(try sealer.open(MoveAnchor.self, body, name: name, revision: .first) == anchor)
        let own = try sealer.seal(
            anchor, name: name, revision: .first, nonce: Vectors.bytes("input move anchor nonce"))
        #expect(own == body)
    }

    @Test func followTokenVector() throws {
        let token = fixture.dataKey.followToken(moveID: moveID, serverID: destination)
        #expect(try token == Vectors.secret("follow token"))
        #expect(token.hash == (try Vectors.bytes("follow token hash")))
        #expect(fixture.dataKey.followToken(moveID: .random(), serverID: destination) != token)
        #expect(fixture.dataKey.followToken(moveID: moveID, serverID: .random()) != token)
    }

    private func digest(_ change: (inout [(name: [UInt8], revision: UInt64, body: [UInt8]?)]) -> Void) throws
        -> StoreDigest
    {
        var objects: [(name: [UInt8], revision: UInt64, body: [UInt8]?)] = [
            (try Vectors.bytes("input moved object name 1"), 5, Array("an object".utf8)),
            (try Vectors.bytes("input moved object name 2"), 2, nil),
        ]
        change(&objects)
        objects.sort { $0.name.lexicographicallyPrecedes($1.name) }
        var builder = StoreDigestBuilder(storeID: fixture.storeID, objectCount: UInt64(objects.count))
        for object in objects {
            builder.addObject(name: object.name, revision: object.revision, body: object.body)
        }
        let slots = try ["store password", "store recovery", "store device"].map { name in
            let body = try Vectors.bytes("format Slot \(name)")
            let slot = try StoreSlot(decoding: body)
            return StoreDigestBuilder.SlotEntry(id: slot.id, kind: slot.kind, revision: 1, body: body)
        }
        return builder.finish(
            keyringRevision: 7, keyring: try Vectors.bytes("format SealedKeyring"), slots: slots.reversed())
    }

    @Test func digestVector() throws {
        let digest = try digest { _ in }
        #expect(digest.bytes == (try Vectors.bytes("store digest")))
        #expect(try self.digest { $0[0].revision += 1 } != digest)
        #expect(try self.digest { $0[0].body?[0] ^= 1 } != digest)
        #expect(try self.digest { $0[0].body = nil } != digest)
        // A tombstone is not an empty object.
        #expect(try self.digest { $0[1].body = [] } != digest)
        #expect(try self.digest { $0.removeLast() } != digest)
    }

    @Test func statementVector() throws {
        let signed: SignedMovedStatement = try Vectors.decoded("format SignedMovedStatement")
        let statement = try signed.verified(by: fixture.serverKey.publicKey)
        #expect(
            statement
                == MovedStatement(
                    storeID: fixture.storeID, moveID: moveID, source: fixture.serverKey.serverID,
                    destination: destination, digest: try Vectors.fixed("store digest")))
        let own = try SignedMovedStatement(statement, signedBy: fixture.serverKey)
        #expect(own.encoded.dropLast(64) == signed.encoded.dropLast(64))
        #expect(try own.verified(by: fixture.serverKey.publicKey) == statement)
        let other = try ServerSigningKey.random()
        #expect(throws: KeyHierarchyError(.wrongServer)) { try signed.verified(by: other.publicKey) }
        #expect(throws: KeyHierarchyError(.wrongServer)) { try SignedMovedStatement(statement, signedBy: other) }
        for bytes in try Vectors.bytes("format SignedMovedStatement").withOneBitFlipped {
            guard let damaged = try? SignedMovedStatement(decoding: bytes) else { continue }
            #expect(throws: KeyHierarchyError.self) { try damaged.verified(by: fixture.serverKey.publicKey) }
        }
    }

    @Test func forwardVector() throws {
        let pointer: ForwardPointer = try Vectors.decoded("format ForwardPointer")
        #expect(pointer.moveID == moveID)
        #expect(try pointer.open(with: fixture.profileKey, after: fixture.profile) == next)
        let own = try ForwardPointer(
            to: next, moveID: moveID, profileKey: fixture.profileKey, nonce: Vectors.bytes("input forward nonce"),
            signedBy: fixture.signingKey)
        #expect(own.encoded.dropLast(64) == pointer.encoded.dropLast(64))
        for bytes in try Vectors.bytes("format ForwardPointer").withOneBitFlipped {
            guard let damaged = try? ForwardPointer(decoding: bytes) else { continue }
            #expect(throws: KeyHierarchyError.self) {
                try damaged.open(with: fixture.profileKey, after: fixture.profile)
            }
        }
    }

    /// A pointer that a store left behind on its last visit does not lead back.
    @Test func aPointerLeadsForwardOnly() throws {
        let pointer: ForwardPointer = try Vectors.decoded("format ForwardPointer")
        #expect(throws: KeyHierarchyError(.wrongScope)) {
            try pointer.open(with: fixture.profileKey, after: next)
        }
        var other = try fixture.profile
        other.storeID = .random()
        #expect(throws: KeyHierarchyError(.wrongScope)) { try pointer.open(with: fixture.profileKey, after: other) }
    }
}
