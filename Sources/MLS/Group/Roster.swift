public import MLSCodec

/// Who stood at which leaf in which epochs, so that signatures on old messages can be checked without the old trees.
///
/// It also keeps, once each, the large GroupContext extensions that epoch records name by their hash.
public struct Roster: Hashable, Sendable, MLSCodable, LaidOut {
    /// One member at one leaf, for as long as its credential and key did not change.
    public struct Entry: Hashable, Sendable, MLSCodable, LaidOut {
        /// Where the member stood.
        public var leafIndex: LeafIndex
        /// The first epoch of this group that the entry says something about.
        public var firstEpoch: UInt64
        /// `nil` while it lasts.
        public var lastEpoch: UInt64?
        /// Who the member said to be.
        public var credential: Credential
        /// What its messages were signed with.
        public var signatureKey: SignaturePublicKey

        static let layout: StructLayout<Self, LeafIndex, UInt64, UInt64?, Credential, SignaturePublicKey> =
            StructLayout(\.leafIndex, \.firstEpoch, \.lastEpoch, \.credential, \.signatureKey) {
                Self(leafIndex: $0, firstEpoch: $1, lastEpoch: $2, credential: $3, signatureKey: $4)
            }

        /// Whether the entry says something about this epoch.
        public func covers(_ epoch: UInt64) -> Bool {
            firstEpoch <= epoch && lastEpoch.map { epoch <= $0 } ?? true
        }
    }

    /// All that was recorded, in the order in which it began.
    public private(set) var entries: [Entry]
    /// The latest epoch that was recorded.
    public private(set) var latestEpoch: UInt64?
    private(set) var largeExtensions: [Extension]
    /// Where the entries of present members are.
    private var present: [LeafIndex: Int]

    /// An empty roster, for a group that was just created or joined.
    public init() {
        self.init(entries: [], latestEpoch: nil, largeExtensions: [])
    }

    private init(entries: [Entry], latestEpoch: UInt64?, largeExtensions: [Extension]) {
        self.entries = entries
        self.latestEpoch = latestEpoch
        self.largeExtensions = largeExtensions
        present = [:]
        for (index, entry) in entries.enumerated() where entry.lastEpoch == nil { present[entry.leafIndex] = index }
    }

    private var version: UInt8 { 1 }

    static let layout: StructLayout<Self, UInt8, [Entry], UInt64?, [Extension]> = StructLayout(
        \.version, \.entries, \.latestEpoch, \.largeExtensions
    ) {
        (version, entries, latestEpoch, largeExtensions) throws(CodecError) in
        guard version == 1 else { throw CodecError(.invalidValue, "Roster.version") }
        return Self(entries: entries, latestEpoch: latestEpoch, largeExtensions: largeExtensions)
    }

    /// Notes the members of a group's epoch. Doing it again changes nothing; neither does an epoch before the latest.
    public mutating func record(_ group: Group) {
        if let latestEpoch, group.epoch < latestEpoch { return }
        let members = group.members
        let leaves = Set(members.map(\.leafIndex))
        for leafIndex in present.keys where !leaves.contains(leafIndex) { end(leafIndex, with: group.epoch) }
        begin(members, with: group)
    }

    /// Notes the epoch that a commit began, once the commit has been merged. It is the same as `record(_:)` with the merged
    /// group, in a time that grows with what the commit changed and not with the group; if the epoch before is not the
    /// latest one here, the whole group is recorded. A commit that removes this client begins no epoch for it.
    public mutating func record(_ commit: StagedCommit) {
        let group = commit.merged
        guard !commit.removesOwnLeaf else { return }
        guard let latestEpoch, latestEpoch &+ 1 == group.epoch else { return record(group) }
        let changed = Dictionary((commit.updated + commit.added).map { ($0.leafIndex, $0) }) { _, last in last }
        for removed in commit.removed where changed[removed.leafIndex] == nil {
            end(removed.leafIndex, with: group.epoch)
        }
        begin(changed.values.sorted { $0.leafIndex < $1.leafIndex }, with: group)
    }

    /// - Parameter epoch: the first one without the member.
    private mutating func end(_ leafIndex: LeafIndex, with epoch: UInt64) {
        guard let index = present.removeValue(forKey: leafIndex) else { return }
        entries[index].lastEpoch = epoch == 0 ? 0 : epoch - 1
    }

    /// Notes members that may have entries already, in the order of their leaves.
    private mutating func begin(_ members: [Member], with group: Group) {
        for member in members {
            let entry = present[member.leafIndex].map { entries[$0] }
            guard entry?.credential != member.credential || entry?.signatureKey != member.signatureKey else { continue }
            end(member.leafIndex, with: group.epoch)
            present[member.leafIndex] = entries.count
            entries.append(
                Entry(
                    leafIndex: member.leafIndex, firstEpoch: group.epoch, lastEpoch: nil,
                    credential: member.credential, signatureKey: member.signatureKey))
        }
        latestEpoch = group.epoch
        for large in group.context.extensions
        where EpochRecord.isLarge(large) && !largeExtensions.contains(large) {
            largeExtensions.append(large)
        }
    }

    /// Who stood at this leaf in this epoch.
    public func member(at leafIndex: LeafIndex, in epoch: UInt64) -> Entry? {
        if let index = present[leafIndex], entries[index].covers(epoch) { return entries[index] }
        return entries.first { $0.leafIndex == leafIndex && $0.covers(epoch) }
    }

    /// All members of this epoch, in the order of their leaves.
    public func members(in epoch: UInt64) -> [Entry] {
        entries.filter { $0.covers(epoch) }.sorted { $0.leafIndex < $1.leafIndex }
    }
}
