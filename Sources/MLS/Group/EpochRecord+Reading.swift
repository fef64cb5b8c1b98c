extension EpochRecord {
    /// The highest generation that is derived unless the caller says otherwise.
    ///
    /// A ratchet has to be walked from its beginning, so that this bounds what a single message can cost.
    public static let generationLimit: UInt32 = 65_535

    /// Reads an application message of this epoch. Reading one changes nothing: it can be read again.
    ///
    /// For many messages of one epoch, `EpochReader` does it with less work.
    ///
    /// - Parameters:
    ///   - roster: of the group, which says whose signature it must be.
    ///   - generationLimit: messages beyond it are refused before any key is derived.
    /// - Throws: `wrongGroup`, `wrongEpoch`, `unknownMember`, `generationTooHigh`, `authenticationFailed`, `malformed`.
    public func decrypt(
        _ message: MLSMessage, roster: Roster, provider: any CipherSuiteProvider,
        generationLimit: UInt32 = Self.generationLimit
    ) throws(MLSError) -> ApplicationMessage {
        var reader = try EpochReader(self, roster: roster, provider: provider, generationLimit: generationLimit)
        return try reader.decrypt(message)
    }
}
