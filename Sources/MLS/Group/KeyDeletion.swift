import MLSCodec

/// What a group that deletes its keys has left of them (RFC 9420 §9.2).
struct KeyDeletion: Hashable, Sendable, MLSStruct {
    let pastEpochLimit: UInt8
    let skippedGenerations: UInt32
    /// This epoch's.
    var keys: UnusedKeys
    /// From the oldest on; at most `pastEpochLimit`.
    private(set) var pastEpochs: [PastEpoch] = []

    /// How many bytes past epochs may take in the stored form: no vector can have 2^30 (RFC 9420 §2.1.2), and credentials
    /// are as long as others make them.
    private static let pastEpochSpace = 1 << 27

    init(pastEpochLimit: UInt8, skippedGenerations: UInt32, keys: UnusedKeys) {
        self.pastEpochLimit = pastEpochLimit
        self.skippedGenerations = skippedGenerations
        self.keys = keys
    }

    static let layout: StructLayout<Self, UInt8, UInt32, UnusedKeys, [PastEpoch]> = StructLayout(
        \.pastEpochLimit, \.skippedGenerations, \.keys, \.storedPastEpochs
    ) {
        var deletion = Self(pastEpochLimit: $0, skippedGenerations: $1, keys: $2)
        deletion.pastEpochs = $3
        return deletion
    }

    /// Takes over what can be read still of the epoch that has just ended, and of those before it.
    ///
    /// - Parameter ended: not asked for if no past epoch is kept.
    mutating func keepPastEpochs(of old: KeyDeletion, ended: () -> PastEpoch) {
        guard pastEpochLimit > 0 else { return }
        pastEpochs = (old.pastEpochs + [ended()]).suffix(Int(pastEpochLimit))
    }

    /// Without the oldest ones where all would take more than `pastEpochSpace`.
    private var storedPastEpochs: [PastEpoch] {
        var room = Self.pastEpochSpace
        let latest = pastEpochs.reversed().prefix { epoch in
            room -= epoch.space
            return room >= 0
        }
        return latest.reversed()
    }

    /// Where a past epoch is, if it is kept.
    func pastEpoch(_ epoch: UInt64) -> Int? { pastEpochs.firstIndex { $0.context.epoch == epoch } }

    mutating func remove(_ step: UnusedKeys.Step, fromPastEpochAt index: Int) {
        pastEpochs[index].keys.remove(step)
        // On the way to a leaf's keys its ratchet for handshakes appears again (RFC 9420 §9).
        pastEpochs[index].keys.dropRatchets(of: .handshake)
    }
}
