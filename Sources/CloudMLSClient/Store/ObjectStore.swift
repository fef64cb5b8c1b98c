/// The key store's objects by plaintext path, as operations need them; `SealedStore` is the one that reaches a server.
package protocol ObjectStore: Sendable {
    /// An answer for every path.
    func read(_ paths: [String]) async throws -> [String: SealedValue]
    /// All or nothing; a revision that does not hold is an answer, not an error.
    func write(_ writes: [SealedWrite]) async throws -> WriteOutcome
}

extension ObjectStore {
    /// What is under one path.
    package func value(_ path: String) async throws -> SealedValue {
        try await read([path])[path] ?? SealedValue(revision: 0, body: nil)
    }
}
