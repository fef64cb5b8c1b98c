import CloudMLSAPI
import Hummingbird
import ServerKit

/// `POST /v1/objects/read`, `POST /v1/objects/batch`, `GET /v1/objects` and `GET /v1/changes`: many objects at a time.
struct BatchRoutes: Sendable {
    /// Rows in one answer of the change feed or the list.
    static let maximumRows = 1_000

    let service: ObjectService
    let limits: KeyStoreLimits

    /// Those that the client asks for with nearly everything it does.
    var direct: [DirectRoute] {
        // Base64 takes four bytes for three; what goes around it is small and bounded by the count.
        let batchBody = limits.batchSize / 3 * 4 + (limits.batchCount + 1) * 256
        return [
            DirectRoute(.post, "/v1/objects/read", bodyLimit: Limits.jsonBody, answer: read),
            DirectRoute(.post, "/v1/objects/batch", bodyLimit: batchBody, answer: write),
        ]
    }

    func add(to routes: some RouterMethods<SessionContext>) {
        routes.get("/v1/objects", use: list)
        routes.get("/v1/changes", use: changes)
    }

    /// Takes `ObjectsReadRequest`, answers `ObjectsReadResponse`, which may stop before the last name.
    @Sendable private func read(_ request: DirectRequest, _ respond: @escaping DirectRoute.Respond) {
        do {
            let names = try ObjectBatch.names(request.body.json(ObjectsReadRequest.self), limits: limits)
            let user = request.session.userID
            Task {
                do {
                    let objects = try await service.objects(named: names, of: user)
                    respond { try .json(ObjectsReadResponse(objects: objects)) }
                } catch {
                    respond { throw error }
                }
            }
        } catch {
            respond { throw error }
        }
    }

    /// Takes `BatchRequest`, answers `BatchResponse`: all operations or none. `operation` in the error says which one
    /// stood in the way.
    @Sendable private func write(_ request: DirectRequest, _ respond: @escaping DirectRoute.Respond) {
        do {
            let writes = try ObjectBatch.writes(request.body.json(BatchRequest.self), limits: limits)
            service.write(writes, of: request.session.userID) { revisions in
                respond { try .json(BatchResponse(revisions: revisions.get())) }
            }
        } catch {
            respond { throw error }
        }
    }

    /// Takes `after`, a cursor, and `limit`; answers `ChangesResponse`.
    @Sendable private func changes(_ request: Request, context: SessionContext) async throws -> Response {
        let changes = try await service.changes(
            after: try request.query("after")?.number() ?? 0, limit: try Self.limit(request), of: context.userID)
        return .spelled(changes.spell)
    }

    /// Takes `after`, a name, `limit` and `belowKey`; answers `ObjectsPage`.
    @Sendable private func list(_ request: Request, context: SessionContext) async throws -> Response {
        let page = try await service.list(
            after: try request.query("after").map(ObjectRoutes.name),
            belowKey: try (request.query("belowKey")?.number()).map { UInt32(clamping: $0) },
            limit: try Self.limit(request), of: context.userID)
        return .spelled(page.spell)
    }

    private static func limit(_ request: Request) throws(APIError) -> Int {
        try request.pageLimit(maximum: maximumRows, fallback: maximumRows)
    }
}
