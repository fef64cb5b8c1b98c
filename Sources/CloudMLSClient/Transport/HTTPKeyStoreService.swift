package import CloudMLSAPI

/// A key store over HTTP.
package struct HTTPKeyStoreService: HTTPService, KeyStoreService {
    package let connection: ServerConnection

    package init(_ connection: ServerConnection) { self.connection = connection }

    package func register(_ registration: KeyStoreRegistration) async throws {
        _ = try await postOpen("/v1/register", registration)
    }

    package func keyring() async throws -> StoredKeyring {
        try await get("/v1/keyring", StoredKeyring.self)
    }

    package func writeKeyring(ifRevision: UInt64, _ keyring: KeyringWrite) async throws -> WriteResult {
        try await put("/v1/keyring", keyring, ifRevision: ifRevision)
    }

    package func rotate(_ rotation: KeyRotation) async throws -> WriteResult {
        try await post("/v1/rotation", rotation, answer: WriteResult.self)
    }

    package func listObjects(after name: [UInt8]?, belowKey key: UInt32?, limit: Int) async throws -> ObjectsPage {
        var path = "/v1/objects?limit=\(limit)"
        if let name { path += "&after=\(name.hex)" }
        if let key { path += "&belowKey=\(key)" }
        let page = try await get(path, ObjectsPage.self)
        // In order and behind the last one, so that a listing comes to an end whatever the server says.
        let names = [name ?? []] + page.objects.map(\.name.array)
        guard zip(names, names.dropFirst()).allSatisfy({ $0.lexicographicallyPrecedes($1) }),
            !page.objects.isEmpty || !page.more
        else { throw misfit("a list that is not in order") }
        return page
    }

    package func readObjects(_ names: [[UInt8]]) async throws -> [StoredObject] {
        var found: [StoredObject] = []
        while found.count < names.count {
            let wanted = names[found.count...].prefix(Limits.batchCount).map { Bytes($0) }
            let answer = try await post(
                "/v1/objects/read", ObjectsReadRequest(names: wanted), answer: ObjectsReadResponse.self
            ).objects
            guard !answer.isEmpty, answer.count <= wanted.count,
                zip(answer, wanted).allSatisfy({ $0.name == $1 })
            else { throw misfit("other objects than were asked for") }
            found += answer
        }
        return found
    }

    package func writeObjects(_ operations: [BatchOperation]) async throws -> [UInt64] {
        let revisions = try await post(
            "/v1/objects/batch", BatchRequest(operations: operations), answer: BatchResponse.self
        ).revisions
        guard revisions.count == operations.count else { throw misfit("a wrong number of revisions") }
        return revisions
    }

    package func events() async throws -> AsyncThrowingStream<ChangeEvent, any Error> {
        let answer = try await connection.open(HTTPExchangeRequest(.get, "/v1/events"))
        let origin = origin
        return AsyncThrowingStream { continuation in
            let task = Task {
                do {
                    var parser = ServerSentEvents()
                    for try await bytes in answer.body {
                        for event in try parser.take(bytes) where event.name == ChangeEvent.name {
                            let response = HTTPExchangeResponse(status: 200, body: Array(event.data.utf8))
                            continuation.yield(try response.decoded(ChangeEvent.self, from: origin))
                        }
                    }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    package func changes(after cursor: UInt64, limit: Int) async throws -> ChangesResponse {
        try await get("/v1/changes?after=\(cursor)&limit=\(limit)", ChangesResponse.self)
    }
}
