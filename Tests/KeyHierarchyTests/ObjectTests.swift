import KeyHierarchy
import MLSCodec
import Testing

@Suite struct ObjectTests {
    private let fixture: Fixture
    private let sealer: ObjectSealer
    private let path = "groups/0001/head"

    init() throws {
        fixture = try Fixture()
        sealer = ObjectSealer(storeID: fixture.storeID, keyring: try fixture.keyring)
    }

    @Test func vector() throws {
        let body = try Vectors.bytes("format Object")
        let name = sealer.name(path)
        #expect(name.bytes == (try Vectors.bytes("blinded name")))
        #expect(BlindedName(hex: name.hex) == name)
        #expect(try sealer.open(body, name: name, revision: revision(5)) == Array("an object".utf8))
        let own = try sealer.seal(
            Array("an object".utf8), name: name, revision: revision(5), random: Vectors.fixed("input object random"))
        #expect(own == body)
        #expect(try ObjectHeader(ofObject: body).keyID.rawValue == 2)
        // What a server reads is the same, and it reads nothing where the header is no header.
        #expect(ObjectHeader.keyID(ofObject: Array(body))?.rawValue == 2)
        #expect(ObjectHeader.keyID(ofObject: Array(body.prefix(ObjectHeader.byteCount - 1))) == nil)
        #expect(ObjectHeader.keyID(ofObject: [2] + Array(body.dropFirst())) == nil)
    }

    @Test(arguments: [0, 1, 100_000]) func roundTrip(count: Int) throws {
        let plaintext = Array(repeating: UInt8(7), count: count)
        let name = sealer.name(path)
        let body = try sealer.seal(plaintext, name: name, revision: .first)
        #expect(body.count == count + ObjectSealer.overhead)
        #expect(try sealer.open(body, name: name, revision: .first) == plaintext)
        #expect(try sealer.seal(plaintext, name: name, revision: .first) != body)
    }

    @Test func boundToNameRevisionStoreAndKey() throws {
        let body = try Vectors.bytes("format Object")
        let name = sealer.name(path)
        #expect(throws: KeyHierarchyError(.tampered)) {
            try sealer.open(body, name: sealer.name("groups/0001/roster"), revision: revision(5))
        }
        #expect(throws: KeyHierarchyError(.tampered)) { try sealer.open(body, name: name, revision: revision(4)) }
        #expect(throws: KeyHierarchyError(.tampered)) {
            try ObjectSealer(storeID: .random(), keyring: fixture.keyring).open(body, name: name, revision: revision(5))
        }
        var otherKey = body
        otherKey[4] = 1
        #expect(throws: KeyHierarchyError(.tampered)) { try sealer.open(otherKey, name: name, revision: revision(5)) }
        otherKey[4] = 9
        #expect(throws: KeyHierarchyError(.unknownObjectKey)) {
            try sealer.open(otherKey, name: name, revision: revision(5))
        }
    }

    @Test func everyBitIsAuthenticated() throws {
        let name = sealer.name(path)
        let body = try Vectors.bytes("format Object")
        for damaged in body.withOneBitFlipped {
            #expect(throws: KeyHierarchyError.self) { try sealer.open(damaged, name: name, revision: revision(5)) }
        }
        for count in 0..<body.count {
            #expect(throws: KeyHierarchyError.self) {
                try sealer.open(Array(body.prefix(count)), name: name, revision: revision(5))
            }
        }
    }
}
