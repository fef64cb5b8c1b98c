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
