import KeyHierarchy
import MLSCodec
import Testing

@Suite struct AnchorTests {
    private let fixture: Fixture
    private let sealer: AnchorSealer
    private let groupID: [UInt8]

    init() throws {
        fixture = try Fixture()
        sealer = AnchorSealer(profileKey: fixture.profileKey)
        groupID = try Vectors.bytes("input group id")
    }

    private var groupAnchor: GroupAnchor {
        get throws {
            GroupAnchor(
                incarnation: try Vectors.fixed("input incarnation"), headRevision: try revision(11), epoch: 12,
                applicationGenerations: 64, handshakeGenerations: 3)
        }
    }

    private var storeAnchor: StoreAnchor {
        get throws {
            StoreAnchor(
                incarnation: try Vectors.fixed("input incarnation"), keyringRevision: try revision(7),
                slotsDigest: try Vectors.fixed("slots digest"), keyPackagesRevision: try revision(9))
        }
    }

    @Test func groupVector() throws {
        let name = sealer.name(groupID: groupID)
        #expect(name.bytes == (try Vectors.bytes("anchor name group")))
        let body = try Vectors.bytes("format SealedAnchor group")
        #expect(try sealer.open(GroupAnchor.self, body, name: name, revision: revision(6)) == groupAnchor)
        let own = try sealer.seal(
            groupAnchor, name: name, revision: revision(6), nonce: Vectors.bytes("input group anchor nonce"))
        #expect(own == body)
    }

    /// The second version: the key store was found behind.
    @Test func groupVectorOfAStoreThatIsBehind() throws {
        let name = sealer.name(groupID: groupID)
        var behind = try groupAnchor
        behind.isBehind = true
        #expect(behind.encoded == (try Vectors.bytes("format GroupAnchor behind")))
        for version: UInt8 in [0, 5, 255] {
            #expect(throws: CodecError(.invalidValue)) {
                try GroupAnchor(decoding: [version] + behind.encoded.dropFirst())
            }
        }
        #expect(try groupAnchor.encoded == (try Vectors.bytes("format GroupAnchor")))
        let body = try Vectors.bytes("format SealedAnchor group behind")
        #expect(try sealer.open(GroupAnchor.self, body, name: name, revision: revision(7)) == behind)
        let own = try sealer.seal(
            behind, name: name, revision: revision(7), nonce: Vectors.bytes("input behind anchor nonce"))
        #expect(own == body)
    }

    /// The third and fourth: a commit has the last handshake generation.
    @Test func groupVectorsWithACommit() throws {
        let name = sealer.name(groupID: groupID)
        var anchor = try groupAnchor
        anchor.commit = CommitHash(of: try Vectors.bytes("input anchored commit"))
        #expect(anchor.encoded == (try Vectors.bytes("format GroupAnchor commit")))
        #expect(try GroupAnchor(decoding: anchor.encoded) == anchor)
        let body = try Vectors.bytes("format SealedAnchor group commit")
        #expect(try sealer.open(GroupAnchor.self, body, name: name, revision: revision(8)) == anchor)
        let own = try sealer.seal(
            anchor, name: name, revision: revision(8), nonce: Vectors.bytes("input commit anchor nonce"))
        #expect(own == body)
        #expect(throws: CodecError.self) { try GroupAnchor(decoding: anchor.encoded.dropLast()) }
        anchor.isBehind = true
        #expect(anchor.encoded == (try Vectors.bytes("format GroupAnchor commit behind")))
        #expect(try GroupAnchor(decoding: anchor.encoded) == anchor)
    }

    @Test func storeVector() throws {
        let name = sealer.name(storeID: fixture.storeID)
        #expect(name.bytes == (try Vectors.bytes("anchor name store")))
        let body = try Vectors.bytes("format SealedAnchor store")
        #expect(try sealer.open(StoreAnchor.self, body, name: name, revision: revision(2)) == storeAnchor)
        let own = try sealer.seal(
            storeAnchor, name: name, revision: revision(2), nonce: Vectors.bytes("input store anchor nonce"))
        #expect(own == body)
    }

    @Test func boundToNameRevisionAndKey() throws {
        let name = sealer.name(groupID: groupID)
        let body = try sealer.seal(groupAnchor, name: name, revision: revision(6))
        #expect(throws: KeyHierarchyError(.tampered)) {
            try sealer.open(GroupAnchor.self, body, name: name, revision: revision(5))
        }
        #expect(throws: KeyHierarchyError(.tampered)) {
            try sealer.open(GroupAnchor.self, body, name: sealer.name(groupID: [1]), revision: revision(6))
        }
        #expect(throws: KeyHierarchyError(.tampered)) {
            try AnchorSealer(profileKey: .random()).open(GroupAnchor.self, body, name: name, revision: revision(6))
        }
        #expect(throws: KeyHierarchyError(.malformed)) {
            try sealer.open(StoreAnchor.self, body, name: name, revision: revision(6))
        }
    }

    @Test func aGroupNeverHasTheStoresName() {
        #expect(sealer.name(groupID: fixture.storeID.bytes) != sealer.name(storeID: fixture.storeID))
    }

    @Test func everyBitIsAuthenticated() throws {
        let name = sealer.name(groupID: groupID)
        let body = try Vectors.bytes("format SealedAnchor group")
        let damaged = body.withOneBitFlipped + (0..<body.count).map { Array(body.prefix($0)) }
        for bytes in damaged {
            #expect(throws: KeyHierarchyError.self) {
                try sealer.open(GroupAnchor.self, bytes, name: name, revision: revision(6))
            }
        }
    }
}
