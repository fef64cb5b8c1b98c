import MLS
import MLSCodec
import MLSCrypto

/// Forward secrecy as in RFC 9420 §9.2: a group of `.strict`. Each key goes with its use, and the group counts.
struct ForgetfulMember {
    var group: Group
    let signer: SignatureKeyPair
    /// What a thief of this device finds.
    private(set) var stored: [UInt8] = []

    mutating func send(_ data: [UInt8]) throws -> MLSMessage {
        let message = try group.encrypt(data, signer: signer.privateKey)
        stored = group.encodedState  // before the message leaves: the older state would use its key again
        return message
    }

    /// Reads a message, once.
    mutating func receive(_ message: MLSMessage) throws -> [UInt8] {
        let read = try group.read(message)
        stored = group.encodedState
        return read.data
    }
}

/// A history that stays readable: a group of `.rederivable`. The member counts, and a message changes nothing else.
struct RememberingMember {
    let group: Group
    let signer: SignatureKeyPair
    private(set) var nextGeneration: UInt32 = 0

    mutating func send(_ data: [UInt8]) throws -> MLSMessage {
        defer { nextGeneration += 1 }  // stored before the message leaves, for all devices of the member
        return try group.encrypt(data, generation: nextGeneration, signer: signer.privateKey)
    }

    /// Reads a message of this epoch, as often as it is asked to.
    func read(_ message: MLSMessage) throws -> [UInt8] { try group.decrypt(message).data }
}

/// Somebody who follows a `.rederivable` group without being able to speak in it: another device, a search, an archive.
struct Follower {
    private var readers: [UInt64: EpochReader] = [:]

    /// - Parameter records: `Group.epochRecord` of each epoch that shall be read.
    init(records: [[UInt8]], roster: [UInt8]) throws {
        let roster = try Roster(decoding: roster)
        for record in try records.map({ try EpochRecord(decoding: $0) }) {
            readers[record.epoch] = try EpochReader(
                record, roster: roster, provider: try CipherSuiteProviders.provider(for: record.cipherSuite))
        }
    }

    /// Reads a message of any epoch that it has a record of. Those that come in their order cost least.
    mutating func read(_ message: MLSMessage) throws -> [UInt8] {
        guard let epoch = message.header?.epoch else { throw MLSError(.malformed, "not a message to a group") }
        guard let read = try readers[epoch]?.decrypt(message) else { throw MLSError(.wrongEpoch) }
        return read.data
    }
}
