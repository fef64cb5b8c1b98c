public import KeyHierarchy

extension StoreArchive {
    /// What can be seen of an archive without a key.
    public struct Shape: Sendable, Hashable {
        /// Sealed parts, which are all there as far as their lengths say.
        public var parts: Int
        /// Of the file.
        public var bytes: Int
        /// Whether a password opens it.
        public var hasPassword: Bool
        /// How many recovery codes open it.
        public var recoveryCodes: Int
    }

    /// Looks whether the file has the form of an archive and was not cut off within a part. Only a key tells whether a part
    /// was changed or left out.
    ///
    /// - Throws: `ClientError` with `localStorage` or `notAuthentic`.
    public func shape() throws -> Shape {
        let file = try ArchiveFile(path: path)
        let slots = file.header.slots
        guard slots.allSatisfy({ $0.header.scopeID == storeID }) else { throw Self.notAuthentic("A way in") }
        let bytes = file.size
        return Shape(
            parts: try file.countFrames(), bytes: bytes, hasPassword: slots.contains { $0.kind == .password },
            recoveryCodes: slots.count { $0.kind == .recovery })
    }

    /// As `verify(password:)`, with a recovery code.
    public func verify(
        recoveryCode: RecoveryCode, progress: (MoveProgress) -> Void = { _ in }
    ) async throws -> Summary {
        let file = try ArchiveFile(path: path)
        let dataKey = file.header.slots.lazy.filter { $0.kind == .recovery && $0.header.scopeID == file.header.storeID }
            .compactMap { try? $0.openUnverified(with: recoveryCode) }.first
        guard let dataKey else { throw Self.wrongRecoveryCode }
        return try await verify(dataKey: dataKey, progress: progress)
    }
}
