import MLS
import MLSCodec
import MLSCrypto

/// What a client keeps of a group, as bytes; whoever stores them seals them.
struct StoredGroup {
    /// The present epoch.
    var state: [UInt8]
    /// The next generations of the own ratchets in this epoch, for handshakes and application messages.
    var nextGenerations: (handshake: UInt32, application: UInt32) = (0, 0)
    /// What reads the messages of each epoch, and who the members were.
    var records: [UInt64: [UInt8]] = [:]
    var roster: [UInt8]

    init(_ group: Group) {
        state = group.encodedState
        records[group.epoch] = group.epochRecord.encoded
        var roster = Roster()
        roster.record(group)
        self.roster = roster.encoded
    }

    /// The group, to go on with.
    func group() throws -> Group {
        try Group(decodingState: state, providers: CipherSuiteProviders.provider(for:))
    }

    /// A generation for an application message. Store the group before the message is sent: a generation that was used
    /// must not come back.
    mutating func takeGeneration() -> UInt32 {
        defer { nextGenerations.application += 1 }
        return nextGenerations.application
    }

    /// Takes a commit over, and begins the next epoch.
    mutating func merge(_ staged: StagedCommit) throws {
        var group = try group()
        try group.merge(staged)
        state = group.encodedState
        nextGenerations = (0, 0)
        guard !group.isRemoved else { return }
        records[group.epoch] = group.epochRecord.encoded
        var roster = try Roster(decoding: roster)
        roster.record(group)
        self.roster = roster.encoded
    }

    /// Reads a message of any epoch that is kept, as often as it is asked to.
    func read(_ message: MLSMessage) throws -> ApplicationMessage {
        guard let epoch = message.header?.epoch, let record = records[epoch] else { throw MLSError(.wrongEpoch) }
        let known = try EpochRecord(decoding: record)
        return try known.decrypt(
            message, roster: try Roster(decoding: roster),
            provider: try CipherSuiteProviders.provider(for: known.cipherSuite))
    }
}
