package import CloudMLSAPI

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

/// Where things stand in the key store. The names on the wire are blinded; these never leave the client.
package enum StorePath {
    /// `StoreIndex`.
    package static let index = "index"
    /// `ParkedMessages`.
    package static let parked = "parked"
    /// `IdentityPins`.
    package static let pins = "pins"
    /// `WaysInList`.
    package static let waysIn = "ways-in"

    /// `AccountSecrets`.
    package static func account(_ account: AccountAddress) -> String { "account/\(account)" }
    /// `KeyPackagePool`.
    package static func keyPackages(_ account: AccountAddress) -> String { "key-packages/\(account)" }
    /// `GroupHead`.
    package static func head(_ group: GroupID) -> String { "group/\(group.hex)/head" }
    /// `EpochRecord`.
    package static func epoch(_ epoch: UInt64, of group: GroupID) -> String { "group/\(group.hex)/epoch/\(epoch)" }
    /// `Roster`.
    package static func roster(_ group: GroupID) -> String { "group/\(group.hex)/roster" }
    /// `GenerationCounts`.
    package static func generations(_ epoch: UInt64, of group: GroupID) -> String {
        "group/\(group.hex)/generations/\(epoch)"
    }
}
