import KeyHierarchy
import MLSCodec
import Testing

@Suite struct ArchiveTests {
    private let fixture: Fixture
    private let header: ArchiveHeader
    private let contents: ArchiveRecord
    private let rest: [ArchiveRecord]

    init() throws {
        fixture = try Fixture()
        let password: StoreSlot = try Vectors.decoded("format Slot store password")
        let recovery: StoreSlot = try Vectors.decoded("format Slot store recovery")
        header = ArchiveHeader(
            storeID: fixture.storeID, salt: try Vectors.fixed("input archive salt"), slots: [password, recovery])
        contents = .contents(
            ArchiveContents(
                objectCount: 2, keyringRevision: try revision(7), keyring: try Vectors.bytes("format SealedKeyring"),
                slots: [
                    ArchivedSlot(slot: password, revision: .first, loginKey: nil),
                    ArchivedSlot(
                        slot: recovery, revision: .first,
                        loginKey: try fixture.code.loginKey(role: .keyStore).publicKey),
                ]))
        rest = [
            .object(
                name: try Vectors.fixed("input moved object name 1"), revision: try revision(5),
                body: Array("an object".utf8)),
            .object(name: try Vectors.fixed("input moved object name 2"), revision: try revision(2), body: nil),
            .end(objectCount: 2, digest: try Vectors.fixed("store digest")),
        ]
    }

    @Test func vectors() throws {
        #expect(header.encoded == (try Vectors.bytes("format ArchiveHeader")))
        #expect(contents.encoded == (try Vectors.bytes("format ArchiveRecord contents")))
        var sealer = ArchiveSealer(header, dataKey: fixture.dataKey)
        #expect(try sealer.seal([contents], isLast: false) == Vectors.bytes("archive chunk 0"))
        #expect(try sealer.seal(rest, isLast: true) == Vectors.bytes("archive chunk 1"))
        var opener = ArchiveOpener(header, dataKey: fixture.dataKey)
        #expect(try opener.open(Vectors.bytes("archive chunk 0"), isLast: false) == [contents])
        #expect(try opener.open(Vectors.bytes("archive chunk 1"), isLast: true) == rest)
    }

    @Test func nothingIsCutMovedOrChanged() throws {
        let (first, second) = (try Vectors.bytes("archive chunk 0"), try Vectors.bytes("archive chunk 1"))
        let otherHeader = ArchiveHeader(storeID: fixture.storeID, salt: header.salt, slots: [])
        for (header, chunk, isLast) in [
            (header, first, true), (header, second, true), (header, second, false), (otherHeader, first, false),
        ] {
            var opener = ArchiveOpener(header, dataKey: fixture.dataKey)
            #expect(throws: KeyHierarchyError(.tampered)) { try opener.open(chunk, isLast: isLast) }
        }
        for damaged in second.withOneBitFlipped {
            var opener = ArchiveOpener(header, dataKey: fixture.dataKey)
            _ = try opener.open(first, isLast: false)
            #expect(throws: KeyHierarchyError(.tampered)) { try opener.open(damaged, isLast: true) }
        }
        var stranger = ArchiveOpener(header, dataKey: .random())
        #expect(throws: KeyHierarchyError(.tampered)) { try stranger.open(first, isLast: false) }
    }
}
