import Crypto
public import MLSCodec

/// What a client remembers in the other server's care, so that an old copy of the key store cannot pass for the newest.
public protocol Anchor: MLSCodable, Equatable {
    static var kind: AnchorKind { get }
}

/// What an anchor is about: the first byte under its name.
public enum AnchorKind: UInt8, Sendable, MLSCodable {
    case group = 1
    case store = 2
    case move = 3
}

/// What tells hashes of commits from other bytes.
public enum CommitHashKind: FixedBytesKind { public static let byteCount = 32 }

/// SHA-256 of a commit's MLSMessage, as the auth-delivery server knows commits by.
public typealias CommitHash = FixedBytes<CommitHashKind>

extension FixedBytes where Kind == CommitHashKind {
    /// - Parameter commit: an MLSMessage.
    public init(of commit: [UInt8]) { self.init(checked: SHA256.hash(data: commit)) }
}

/// The newest state of one MLS group.
///
/// ```
/// struct {
///     uint8 version;                       // 1 or 3; 2 or 4 where the key store was found behind in this epoch
///     opaque incarnation[16];              // the key store's
///     uint64 head_revision;
///     uint64 epoch;
///     uint32 application_generations;      // reserved in this epoch
///     uint32 handshake_generations;        // reserved in this epoch
///     select (version) { case 3, 4: opaque commit[32]; }
/// } GroupAnchor;
/// ```
public struct GroupAnchor: Anchor, Hashable {
    public static let kind = AnchorKind.group

    public var incarnation: Incarnation
    public var headRevision: Revision
    /// The MLS epoch. Two anchors are compared by it first, and by the rest only within one epoch.
    public var epoch: UInt64
    /// How many generations of the own application ratchet are reserved in this epoch.
    public var applicationGenerations: UInt32
    /// How many generations of the own handshake ratchet are reserved in this epoch.
    public var handshakeGenerations: UInt32
    /// The commit that has the last of the handshake generations; nil where no commit has it. No other commit may use it:
    /// only a commit that was anchored is posted a second time.
    public var commit: CommitHash?
    /// Whether the key store was found to have an older state than this: nothing but a commit is sent in this epoch any
    /// more. A client that does not know this version refuses the anchor, and sends nothing either.
    public var isBehind: Bool

    public init(
        incarnation: Incarnation, headRevision: Revision, epoch: UInt64, applicationGenerations: UInt32 = 0,
        handshakeGenerations: UInt32 = 0, commit: CommitHash? = nil, isBehind: Bool = false
    ) {
        self.incarnation = incarnation
        self.headRevision = headRevision
        self.epoch = epoch
        self.applicationGenerations = applicationGenerations
        self.handshakeGenerations = handshakeGenerations
        self.commit = commit
        self.isBehind = isBehind
    }

    /// What the version byte says beside the order of the fields.
    private enum Version: UInt8, MLSCodable {
        case plain = 1
        case behind = 2
        case commit = 3
        case commitBehind = 4

        init(hasCommit: Bool, isBehind: Bool) {
            self =
                switch (hasCommit, isBehind) {
                case (false, false): .plain
                case (false, true): .behind
                case (true, false): .commit
                case (true, true): .commitBehind
                }
        }

        var hasCommit: Bool { self == .commit || self == .commitBehind }
        var isBehind: Bool { self == .behind || self == .commitBehind }
    }
}

extension GroupAnchor {
    public func encode(into writer: inout MLSWriter) {
        Version(hasCommit: commit != nil, isBehind: isBehind).encode(into: &writer)
        incarnation.encode(into: &writer)
        headRevision.encode(into: &writer)
        epoch.encode(into: &writer)
        applicationGenerations.encode(into: &writer)
        handshakeGenerations.encode(into: &writer)
        commit?.encode(into: &writer)
    }

    public init(from reader: inout MLSReader) throws(CodecError) {
        let version = try Version(from: &reader)
        incarnation = try Incarnation(from: &reader)
        headRevision = try Revision(from: &reader)
        epoch = try UInt64(from: &reader)
        applicationGenerations = try UInt32(from: &reader)
        handshakeGenerations = try UInt32(from: &reader)
        commit = version.hasCommit ? try CommitHash(from: &reader) : nil
        isBehind = version.isBehind
    }
}

/// The newest state of a store apart from its groups.
///
/// ```
/// struct {
///     uint8 version = 1;
///     opaque incarnation[16];              // the key store's
///     uint64 keyring_revision;
///     opaque slots_digest[32];
///     uint64 key_packages_revision;        // of the object that lists the KeyPackages
/// } StoreAnchor;
/// ```
public struct StoreAnchor: Anchor, Hashable {
    public static let kind = AnchorKind.store

    private let version = FormatVersion.v1
    public var incarnation: Incarnation
    public var keyringRevision: Revision
    public var slotsDigest: SlotsDigest
    public var keyPackagesRevision: Revision

    public init(
        incarnation: Incarnation, keyringRevision: Revision, slotsDigest: SlotsDigest, keyPackagesRevision: Revision
    ) {
        self.incarnation = incarnation
        self.keyringRevision = keyringRevision
        self.slotsDigest = slotsDigest
        self.keyPackagesRevision = keyPackagesRevision
    }
}

extension StoreAnchor: MLSStruct {
    public static var layout: StructLayout<Self, FormatVersion, Incarnation, Revision, SlotsDigest, Revision> {
        StructLayout(\.version, \.incarnation, \.keyringRevision, \.slotsDigest, \.keyPackagesRevision) {
            _, incarnation, keyringRevision, slotsDigest, keyPackagesRevision in
            Self(
                incarnation: incarnation, keyringRevision: keyringRevision, slotsDigest: slotsDigest,
                keyPackagesRevision: keyPackagesRevision)
        }
    }
}

/// The newest move of a store: what a device needs, beside the profile, to follow without a password.
///
/// ```
/// struct {
///     uint8 version = 1;
///     uint64 move_counter;                 // of the profile that it goes with
///     opaque move_id[16];
/// } MoveAnchor;
/// ```
public struct MoveAnchor: Anchor, Hashable {
    public static let kind = AnchorKind.move

    private let version = FormatVersion.v1
    public var moveCounter: UInt64
    public var moveID: MoveID

    public init(moveCounter: UInt64, moveID: MoveID) {
        self.moveCounter = moveCounter
        self.moveID = moveID
    }
}

extension MoveAnchor: MLSStruct {
    public static var layout: StructLayout<Self, FormatVersion, UInt64, MoveID> {
        StructLayout(\.version, \.moveCounter, \.moveID) { _, moveCounter, moveID in
            Self(moveCounter: moveCounter, moveID: moveID)
        }
    }
}
