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

/// The newest state of one MLS group.
///
/// ```
/// struct {
///     uint8 version;                       // 2 where the key store was found behind in this epoch, else 1
///     opaque incarnation[16];              // the key store's
///     uint64 head_revision;
///     uint64 epoch;
///     uint32 application_generations;      // reserved in this epoch
///     uint32 handshake_generations;        // reserved in this epoch
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
    /// Whether the key store was found to have an older state than this: nothing but a commit is sent in this epoch any
    /// more. A client that does not know this version refuses the anchor, and sends nothing either.
    public var isBehind: Bool

    public init(
        incarnation: Incarnation, headRevision: Revision, epoch: UInt64, applicationGenerations: UInt32 = 0,
        handshakeGenerations: UInt32 = 0, isBehind: Bool = false
    ) {
        self.incarnation = incarnation
        self.headRevision = headRevision
        self.epoch = epoch
        self.applicationGenerations = applicationGenerations
        self.handshakeGenerations = handshakeGenerations
        self.isBehind = isBehind
    }

    private var version: UInt8 { isBehind ? Self.behindVersion : 1 }
    private static let behindVersion: UInt8 = 2
}

extension GroupAnchor: MLSStruct {
    public static var layout: StructLayout<Self, UInt8, Incarnation, Revision, UInt64, UInt32, UInt32> {
        StructLayout(
            \.version, \.incarnation, \.headRevision, \.epoch, \.applicationGenerations, \.handshakeGenerations
        ) { (version, incarnation, headRevision, epoch, application, handshake) throws(CodecError) in
            guard version == 1 || version == behindVersion else {
                throw CodecError(.invalidValue, "GroupAnchor.version")
            }
            return Self(
                incarnation: incarnation, headRevision: headRevision, epoch: epoch,
                applicationGenerations: application, handshakeGenerations: handshake,
                isBehind: version == behindVersion)
        }
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
