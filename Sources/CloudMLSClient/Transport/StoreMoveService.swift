package import CloudMLSAPI

/// The routes with which a store leaves a key store and arrives at one; see `AuthenticationService` for what they throw.
package protocol StoreMoveService: Sendable {
    // At the source

    /// `GET /v1/move`, always at the key store that was dialled first, also where its store has been followed elsewhere.
    func moveStatus() async throws -> MoveStatus
    /// `POST /v1/move`.
    func beginMove(_ request: MoveRequest) async throws -> MoveStatus
    /// `DELETE /v1/move`.
    func cancelMove() async throws -> MoveStatus
    /// `GET /v1/move/objects`.
    func movePage(after name: [UInt8]?) async throws -> MovePage
    /// `GET /v1/move/digest`.
    func moveDigest() async throws -> StoreDigestAnswer
    /// `POST /v1/move/commit`.
    func commitMove(_ commit: MoveCommit) async throws -> MoveStatus
    /// `DELETE /v1/move/content`.
    func emptyMoved() async throws -> MoveStatus

    // At the destination

    /// `POST /v1/import`.
    func registerImport(_ registration: KeyStoreImport) async throws
    /// `POST /v1/import/follow`; the tokens are used for all requests from then on.
    func follow(_ request: FollowRequest) async throws -> SessionTokens
    /// `GET /v1/import`.
    func importStatus() async throws -> ImportStatus
    /// `PUT /v1/import`.
    func restartImport(_ contents: ImportContents) async throws -> ImportStatus
    /// `PUT /v1/import/objects`; cuts the objects into several requests where the server takes less at a time.
    func importObjects(_ objects: ImportObjects) async throws -> ImportStatus
    /// `GET /v1/import/digest`.
    func importDigest() async throws -> StoreDigestAnswer
    /// `POST /v1/import/open`.
    func openImport(_ opening: ImportOpening) async throws -> ImportStatus

    // On devices that stay signed in

    /// Sets how to find the key store that this one's store has moved to, by this one and why it does not answer; nil means
    /// that it has not moved. All requests go there from then on.
    func whenMoved(
        _ follow: @escaping @Sendable (any KeyStoreService, ClientError) async throws -> (any KeyStoreService)?
    ) async
    /// Lets all requests go to another key store from now on, where this device itself has moved its store; ends the
    /// session here, as far as it can be reached.
    func hasMoved(to service: any KeyStoreService) async
}
