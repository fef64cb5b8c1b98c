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

/// What a member settles for its own copy of a group when it creates or joins one. The group keeps it from epoch to epoch;
/// nobody else learns of it.
public struct GroupSettings: Sendable {
    /// What becomes of keys that were used. A stored form remembers it.
    public var retention: KeyRetention
    /// Who is asked about what comes in. A stored form does not remember it.
    public var rules: GroupRules

    /// Keys are deleted with their use, and nobody is asked about credentials, unless the caller says otherwise.
    ///
    /// The parameters are the properties of the same names.
    public init(retention: KeyRetention = .strict(), rules: GroupRules = GroupRules()) {
        self.retention = retention
        self.rules = rules
    }

    /// Every epoch's keys stay derivable; nobody is asked about credentials, and no type of proposals is known beside those of
    /// MLS.
    public static let rederivable = Self(retention: .rederivable)
}

extension Group {
    /// What happens to the keys of messages. A stored form remembers it.
    public var retention: KeyRetention {
        guard let deletion else { return .rederivable }
        return .strict(pastEpochs: deletion.pastEpochLimit, skippedGenerations: deletion.skippedGenerations)
    }

    var settings: GroupSettings { GroupSettings(retention: retention, rules: rules) }

    /// Settles the matter for an epoch that has just begun, in which no key was used yet.
    mutating func adopt(_ settings: GroupSettings) {
        rules = settings.rules
        guard case .strict(let pastEpochs, let skippedGenerations) = settings.retention else { return }
        deletion = KeyDeletion(
            pastEpochLimit: pastEpochs, skippedGenerations: skippedGenerations,
            keys: UnusedKeys(encryptionSecret: epochSecrets.encryptionSecret, size: tree.size))
        // Consumed: the secret tree has taken the one in, and the confirmation tag has been computed with the other.
        epochSecrets.encryptionSecret = SecretBytes([])
        epochSecrets.confirmationKey = SecretBytes([])
    }
}
