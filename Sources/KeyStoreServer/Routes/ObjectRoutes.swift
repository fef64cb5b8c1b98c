import CloudMLSAPI
import HTTPTypes
import NIOCore
import ServerKit

/// `/v1/objects/{name}`: one sealed object at a time, as an octet stream. `{name}` is 64 lower-case hexadecimal digits.
struct ObjectRoutes: Sendable {
    let service: ObjectService
    let limits: KeyStoreLimits

    var routes: [DirectRoute] {
        [
            DirectRoute(.get, prefix: "/v1/objects/", parameter: "name", answer: get),
            DirectRoute(.put, prefix: "/v1/objects/", parameter: "name", bodyLimit: limits.objectSize, answer: put),
            DirectRoute(.delete, prefix: "/v1/objects/", parameter: "name", answer: delete),
        ]
    }

    /// Answers the body with its revision as `ETag`. A tombstone is 404, with its `ETag`.
    @Sendable private func get(_ request: DirectRequest, _ respond: DirectRoute.Respond) {
        respond {
            let object = try service.object(named: try Self.name(request), of: request.session.userID)
            let headers: HTTPFields = object.revision > 0 ? [.eTag: Answer.entityTag(object.revision)] : [:]
            guard let body = object.body else {
                throw APIError(.notFound, "There is no such object.", headers: headers)
            }
            var answer = Answer(headers: headers, body: ByteBuffer(bytes: body.array))
            answer.headers.append(HTTPField(name: .contentType, value: "application/octet-stream"))
            return answer
        }
    }

    /// Takes the body under a precondition; answers `WriteResult`. `If-None-Match: *` holds for a name never used.
    @Sendable private func put(_ request: DirectRequest, _ respond: @escaping DirectRoute.Respond) {
        write(request, respond) { _ in Array(buffer: request.body) }
    }

    /// Leaves a tombstone under `If-Match`; answers `WriteResult` with the tombstone's revision.
    @Sendable private func delete(_ request: DirectRequest, _ respond: @escaping DirectRoute.Respond) {
        write(request, respond) { precondition in
            guard case .revision = precondition else { throw APIError(.badRequest, "DELETE takes If-Match.") }
            return nil
        }
    }

    /// - Parameter body: of the object; nil for a tombstone.
    private func write(
        _ request: DirectRequest, _ respond: @escaping DirectRoute.Respond, body: (Precondition) throws -> [UInt8]?
    ) {
        do {
            let name = try Self.name(request)
            let precondition = try Precondition(request.headers)
            let write = ObjectWrite(name: name, precondition: precondition, body: try body(precondition))
            service.write([write], of: request.session.userID) { revisions in
                respond { .written(try revisions.get().first ?? precondition.expected + 1) }
            }
        } catch {
            respond { throw error }
        }
    }

    private static func name(_ request: DirectRequest) throws(APIError) -> [UInt8] {
        try name(RequestParameter("name", in: .path, text: request.parameter))
    }

    /// An object's blinded name.
    static func name(_ parameter: RequestParameter) throws(APIError) -> [UInt8] {
        try parameter.bytes(count: ObjectBatch.nameSize...ObjectBatch.nameSize)
    }
}
