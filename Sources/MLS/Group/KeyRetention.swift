/// How long a group keeps what its message keys come from (RFC 9420 §9.2).
public enum KeyRetention: Hashable, Sendable {
    /// Every key is deleted as soon as it has been used, with all that it could be derived from again: whoever gets hold of
    /// the group's state learns nothing of messages that were sent or read before. The group counts the generations of
    /// what it sends.
    ///
    /// - pastEpochs: how many epochs that are over can still be read in, for application messages that arrive late. Where
    ///   they would take more than 128 MiB in the stored form, the oldest ones go.
    /// - skippedGenerations: how far one message may be ahead of the last one of its sender, and how many keys of messages
    ///   that were overtaken are kept for each ratchet (RFC 9420 §15.3).
    case strict(pastEpochs: UInt8 = 0, skippedGenerations: UInt32 = 1_000)
    /// The epoch's secrets stay, and every message can be read any number of times, from an `EpochRecord` too, on any
    /// device. That departs from RFC 9420 §9.2: whoever gets hold of the state or the record reads the whole epoch. The
    /// caller counts the generations of what it sends.
    case rederivable
}

extension Group {
    /// What happens to the keys of messages. A stored form remembers it.
    public var retention: KeyRetention {
        guard let deletion else { return .rederivable }
        return .strict(pastEpochs: deletion.pastEpochLimit, skippedGenerations: deletion.skippedGenerations)
    }
}
