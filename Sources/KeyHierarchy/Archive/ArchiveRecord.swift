public import MLSCodec

/// One thing in an archive. First the contents, then the objects by ascending name, then the end.
///
/// ```
/// struct {
///     uint8 kind;
///     select (kind) {
///         case 1: ArchiveContents contents;
///         case 2: opaque name[32]; uint64 revision; optional<opaque<V>> body;      // absent: deleted
///         case 3: uint64 object_count; opaque digest[32];                          // StoreDigest
///     };
/// } ArchiveRecord;
/// ```
public enum ArchiveRecord: Hashable, Sendable {
    case contents(ArchiveContents)
    case object(name: BlindedName, revision: Revision, body: [UInt8]?)
    case end(objectCount: UInt64, digest: StoreDigest)
}

/// What is in a store besides its objects.
///
/// ```
/// struct {
///     uint64 object_count;
///     uint64 keyring_revision;
///     opaque keyring<V>;           // SealedKeyring
///     ArchivedSlot slots<V>;
/// } ArchiveContents;
/// ```
public struct ArchiveContents: Hashable, Sendable, MLSStruct {
    public var objectCount: UInt64
    public var keyringRevision: Revision
    public var keyring: [UInt8]
    public var slots: [ArchivedSlot]

    public init(objectCount: UInt64, keyringRevision: Revision, keyring: [UInt8], slots: [ArchivedSlot]) {
        self.objectCount = objectCount
        self.keyringRevision = keyringRevision
        self.keyring = keyring
        self.slots = slots
    }

    public static var layout: StructLayout<Self, UInt64, Revision, [UInt8], [ArchivedSlot]> {
        StructLayout(\.objectCount, \.keyringRevision, \.keyring, \.slots) {
            Self(objectCount: $0, keyringRevision: $1, keyring: $2, slots: $3)
        }
    }
}

/// A slot with its revision and the login key that goes with it.
///
/// ```
/// struct { Slot slot; uint64 revision; optional<opaque[32]> login_key; } ArchivedSlot;
/// ```
///
/// A password's login key is of no use elsewhere and left out; its KDF stands in the slot.
public struct ArchivedSlot: Hashable, Sendable, MLSStruct {
    public var slot: StoreSlot
    public var revision: Revision
    public var loginKey: LoginPublicKey?

    public init(slot: StoreSlot, revision: Revision, loginKey: LoginPublicKey?) {
        self.slot = slot
        self.revision = revision
        self.loginKey = loginKey
    }

    public static var layout: StructLayout<Self, StoreSlot, Revision, LoginPublicKey?> {
        StructLayout(\.slot, \.revision, \.loginKey) { Self(slot: $0, revision: $1, loginKey: $2) }
    }
}

extension ArchiveRecord: MLSCodable {
    public func encode(into writer: inout MLSWriter) {
        switch self {
        case .contents(let contents):
            writer.write(integer: UInt8(1))
            contents.encode(into: &writer)
        case .object(let name, let revision, let body):
            writer.write(integer: UInt8(2))
            name.encode(into: &writer)
            revision.encode(into: &writer)
            body.encode(into: &writer)
        case .end(let count, let digest):
            writer.write(integer: UInt8(3))
            count.encode(into: &writer)
            digest.encode(into: &writer)
        }
    }

    public init(from reader: inout MLSReader) throws(CodecError) {
        switch try UInt8(from: &reader) {
        case 1:
            self = .contents(try ArchiveContents(from: &reader))
        case 2:
            self = .object(
                name: try BlindedName(from: &reader), revision: try Revision(from: &reader),
                body: try [UInt8]?(from: &reader))
        case 3:
            self = .end(objectCount: try UInt64(from: &reader), digest: try StoreDigest(from: &reader))
        default:
            throw CodecError(.invalidValue, "ArchiveRecord.kind")
        }
    }
}
