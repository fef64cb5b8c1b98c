package import CloudMLSAPI

extension HTTPKeyStoreService {
    /// Seconds for what reads a whole store.
    private static let longTimeout = 900

    package func moveStatus() async throws -> MoveStatus {
        try await source(.get, "/v1/move")
    }

    package func beginMove(_ request: MoveRequest) async throws -> MoveStatus {
        try await source(.post, "/v1/move", body: request)
    }

    package func cancelMove() async throws -> MoveStatus {
        try await source(.delete, "/v1/move")
    }

    package func movePage(after name: [UInt8]?) async throws -> MovePage {
        var request = HTTPExchangeRequest(.get, "/v1/move/objects" + (name.map { "?after=\($0.hex)" } ?? ""))
        request.timeout = 120
        let page = try await connection.sendKnown(request).decoded(MovePage.self, from: connection.origin)
        let names = [name ?? []] + page.objects.map(\.name.array)
        guard zip(names, names.dropFirst()).allSatisfy({ $0.lexicographicallyPrecedes($1) }),
            !page.more || !page.objects.isEmpty
        else { throw misfit("objects out of order") }
        return page
    }

    package func moveDigest() async throws -> StoreDigestAnswer {
        var request = HTTPExchangeRequest(.get, "/v1/move/digest")
        request.timeout = Self.longTimeout
        return try await connection.sendKnown(request).decoded(StoreDigestAnswer.self, from: connection.origin)
    }

    package func commitMove(_ commit: MoveCommit) async throws -> MoveStatus {
        try await source(.post, "/v1/move/commit", body: commit)
    }

    package func emptyMoved() async throws -> MoveStatus {
        try await source(.delete, "/v1/move/content")
    }

    package func registerImport(_ registration: KeyStoreImport) async throws {
        _ = try await postOpen("/v1/import", registration)
    }

    package func follow(_ request: FollowRequest) async throws -> SessionTokens {
        let tokens = try await postOpen("/v1/import/follow", request)
            .decoded(SessionTokens.self, from: connection.origin)
        try await connection.adopt(tokens)
        return tokens
    }

    package func importStatus() async throws -> ImportStatus { try await get("/v1/import", ImportStatus.self) }

    package func restartImport(_ contents: ImportContents) async throws -> ImportStatus {
        try await putImport("/v1/import", contents)
    }

    package func importObjects(_ objects: ImportObjects) async throws -> ImportStatus {
        do {
            return try await putImport("/v1/import/objects", objects)
        } catch let error as ClientError where error.code == .refused(.tooLarge) && objects.objects.count > 1 {
            let half = objects.objects.count / 2
            _ = try await importObjects(
                ImportObjects(moveID: objects.moveID, objects: Array(objects.objects.prefix(half))))
            return try await importObjects(
                ImportObjects(moveID: objects.moveID, objects: Array(objects.objects.dropFirst(half))))
        }
    }

    package func importDigest() async throws -> StoreDigestAnswer {
        try await get("/v1/import/digest", StoreDigestAnswer.self, timeout: Self.longTimeout)
    }

    package func openImport(_ opening: ImportOpening) async throws -> ImportStatus {
        var request = HTTPExchangeRequest(.post, "/v1/import/open")
        request.timeout = Self.longTimeout
        try request.setJSON(opening)
        return try await connection.send(request).decoded(ImportStatus.self, from: connection.origin)
    }

    package func whenMoved(
        _ follow: @escaping @Sendable (any KeyStoreService, ClientError) async throws -> (any KeyStoreService)?
    ) async {
        await connection.whenMoved { [weak connection] reason in
            guard let connection else { return nil }
            return (try await follow(HTTPKeyStoreService(connection), reason) as? HTTPKeyStoreService)?.connection
        }
    }

    package func hasMoved(to service: any KeyStoreService) async {
        guard let successor = (service as? HTTPKeyStoreService)?.connection else { return }
        await connection.hasMoved(to: successor)
    }

    /// A request to the key store where the store was last found; a move is not followed meanwhile.
    private func source(
        _ method: HTTPExchangeRequest.Method, _ path: String, body: (any Encodable)? = nil
    ) async throws -> MoveStatus {
        var request = HTTPExchangeRequest(method, path)
        request.timeout = Self.longTimeout
        if let body { try request.setJSON(body) }
        return try await connection.sendKnown(request).decoded(MoveStatus.self, from: connection.origin)
    }

    private func putImport(_ path: String, _ body: some Encodable) async throws -> ImportStatus {
        var request = HTTPExchangeRequest(.put, path)
        request.timeout = 120
        try request.setJSON(body)
        return try await connection.send(request).decoded(ImportStatus.self, from: connection.origin)
    }
}
