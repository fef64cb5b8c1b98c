/// What carrying a store to another key store consists of, at its source, at its destination and for those that ask.
enum MoveStep: String, OperationStep {
    /// Where the store is now.
    case readProfile
    case meetSource
    case meetDestination

    // At the source
    case readMove
    case beginMove
    case cancelMove
    /// Slots and keyring.
    case readSource
    case deriveKey
    case readPage
    case commit

    // From an archive
    /// All of it, to check it.
    case readArchive
    case readAnchor
    /// Whether the key store that the archive is of has the same.
    case compareSource

    // At the destination
    case follow
    case registerImport
    case restartImport
    case readImport
    case writePage
    /// Both ends' at once.
    case compareDigests
    case open
    /// Slots, keyring and incarnation.
    case readDestination
}

extension ClientEnvironment {
    /// Does a step of a linear operation, unless it was cancelled before that.
    func step<Result>(
        _ step: some OperationStep, isolation: isolated (any Actor)? = #isolation, _ work: () async throws -> Result
    ) async throws -> Result {
        try Task.checkCancellation()
        return try await perform(step, work)
    }
}
