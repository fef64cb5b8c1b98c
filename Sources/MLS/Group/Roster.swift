public import MLSCodec

/// Who stood at which leaf in which epochs, so that signatures on old messages can be checked without the old trees.
///
/// It also keeps, once each, the large GroupContext extensions that epoch records name by their hash.
public struct Roster: Hashable, Sendable, MLSStruct {
    /// One member at one leaf, for as long as its credential and key did not change.
    public struct Entry: Hashable, Sendable, MLSStruct {
        public var leafIndex: LeafIndex
        public var firstEpoch: UInt64
        /// `nil` while it lasts.
        public var lastEpoch: UInt64?
        public var credential: Credential
        public var signatureKey: SignaturePublicKey

        public static let layout: StructLayout<Self, LeafIndex, UInt64, UInt64?, Credential, SignaturePublicKey> =
            StructLayout(\.leafIndex, \.firstEpoch, \.lastEpoch, \.credential, \.signatureKey) {
                Self(leafIndex: $0, firstEpoch: $1, lastEpoch: $2, credential: $3, signatureKey: $4)
            }

        /// Whether the entry says something about this epoch.
        public func covers(_ epoch: UInt64) -> Bool {
            firstEpoch <= epoch && lastEpoch.map { epoch <= $0 } ?? true
        }
    }

    public private(set) var entries: [Entry]
    /// The latest epoch that was recorded.
    public private(set) var latestEpoch: UInt64?
    private(set) var largeExtensions: [Extension]

    /// An empty roster, for a group that was just created or joined.
    public init() {
        entries = []
        latestEpoch = nil
        largeExtensions = []
    }

    private init(entries: [Entry], latestEpoch: UInt64?, largeExtensions: [Extension]) {
        self.entries = entries
        self.latestEpoch = latestEpoch
        self.largeExtensions = largeExtensions
    }

    private var version: UInt8 { 1 }

    public static let layout: StructLayout<Self, UInt8, [Entry], UInt64?, [Extension]> = StructLayout(
        \.version, \.entries, \.latestEpoch, \.largeExtensions
    ) {
        (version, entries, latestEpoch, largeExtensions) throws(CodecError) in
        guard version == 1 else { throw CodecError(.invalidValue, "Roster.version") }
        return Self(entries: entries, latestEpoch: latestEpoch, largeExtensions: largeExtensions)
    }

    /// Notes the members of a group's epoch. Doing it again changes nothing; neither does an epoch before the latest.
    public mutating func record(_ group: Group) {
        record(members: group.members, epoch: group.epoch, extensions: group.context.extensions)
    }

    mutating func record(members: [Member], epoch: UInt64, extensions: [Extension]) {
        if let latestEpoch, epoch < latestEpoch { return }
        latestEpoch = epoch
        var unchanged: Set<LeafIndex> = []
        let current = Dictionary(members.map { ($0.leafIndex, $0) }) { first, _ in first }
        for index in entries.indices where entries[index].lastEpoch == nil {
            let entry = entries[index]
            if let member = current[entry.leafIndex], member.credential == entry.credential,
                member.signatureKey == entry.signatureKey
            {
                unchanged.insert(entry.leafIndex)
            } else {
                entries[index].lastEpoch = epoch == 0 ? 0 : epoch - 1
            }
        }
        for member in members where !unchanged.contains(member.leafIndex) {
            entries.append(
                Entry(
                    leafIndex: member.leafIndex, firstEpoch: epoch, lastEpoch: nil, credential: member.credential,
                    signatureKey: member.signatureKey))
        }
        for large in extensions where EpochRecord.isLarge(large) && !largeExtensions.contains(large) {
            largeExtensions.append(large)
        }
    }

    /// Who stood at this leaf in this epoch.
    public func member(at leafIndex: LeafIndex, in epoch: UInt64) -> Entry? {
        entries.first { $0.leafIndex == leafIndex && $0.covers(epoch) }
    }

    /// All members of this epoch, in the order of their leaves.
    public func members(in epoch: UInt64) -> [Entry] {
        entries.filter { $0.covers(epoch) }.sorted { $0.leafIndex < $1.leafIndex }
    }
}
