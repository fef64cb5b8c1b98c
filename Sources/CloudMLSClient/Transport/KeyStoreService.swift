package import CloudMLSAPI

/// The routes of a key store, one method each; see `AuthenticationService` for what they throw.
package protocol KeyStoreService: AuthenticationService, StoreMoveService {
    /// `POST /v1/register`.
    func register(_ registration: KeyStoreRegistration) async throws
    /// `GET /v1/keyring`.
    func keyring() async throws -> StoredKeyring
    /// `PUT /v1/keyring`.
    func writeKeyring(ifRevision: UInt64, _ keyring: KeyringWrite) async throws -> WriteResult
    /// `POST /v1/rotation`.
    func rotate(_ rotation: KeyRotation) async throws -> WriteResult
    /// `GET /v1/objects`.
    func listObjects(after name: [UInt8]?, belowKey key: UInt32?, limit: Int) async throws -> ObjectsPage
    /// `POST /v1/objects/read`: an answer for every name, in order; asks again where an answer was cut short.
    func readObjects(_ names: [[UInt8]]) async throws -> [StoredObject]
    /// `POST /v1/objects/batch`, at most `Limits.batchCount` operations.
    func writeObjects(_ operations: [BatchOperation]) async throws -> [UInt64]
    /// `GET /v1/events`: one event at once, and one whenever something was written; it ends where the connection does.
    func events() async throws -> AsyncThrowingStream<ChangeEvent, any Error>
    /// `GET /v1/changes`.
    func changes(after cursor: UInt64, limit: Int) async throws -> ChangesResponse
}
