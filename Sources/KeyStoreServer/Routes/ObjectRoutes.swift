import CloudMLSAPI
import HTTPTypes
import Hummingbird
import NIOCore
import ServerKit

/// `/v1/objects/{name}`: one sealed object at a time, as an octet stream. `{name}` is 64 lower-case hexadecimal digits.
struct ObjectRoutes: Sendable {
    /// Bytes of a blinded name.
    static let nameSize = 32

    let storage: any ObjectStorage
    let limits: KeyStoreLimits

    func add(to routes: some RouterMethods<SessionContext>) {
        routes.get("/v1/objects/:name", use: get)
        routes.put("/v1/objects/:name", use: put)
        routes.delete("/v1/objects/:name", use: delete)
    }

    /// Answers the body with its revision as `ETag`. A tombstone is 404, with its `ETag`.
    @Sendable private func get(_ request: Request, context: SessionContext) async throws -> Response {
        let object = try await storage.object(named: try Self.name(context), of: context.userID)
        let headers: HTTPFields = object.revision > 0 ? [.eTag: Response.entityTag(object.revision)] : [:]
        guard let body = object.body else {
            throw APIError(.notFound, "There is no such object.", headers: headers)
        }
        var response = Response(
            status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body.array)))
        response.headers[.contentType] = "application/octet-stream"
        return response
    }

    /// Takes the body under a precondition; answers `WriteResult`. `If-None-Match: *` holds for a name never used.
    @Sendable private func put(_ request: Request, context: SessionContext) async throws -> Response {
        let name = try Self.name(context)
        let precondition = try Precondition(request.headers)
        let body = Array(try await request.bytes(upTo: limits.objectSize).readableBytesView)
        return .written(try await write(name, precondition, body, context))
    }

    /// Leaves a tombstone under `If-Match`; answers `WriteResult` with the tombstone's revision.
    @Sendable private func delete(_ request: Request, context: SessionContext) async throws -> Response {
        let name = try Self.name(context)
        let precondition = try Precondition(request.headers)
        guard case .revision = precondition else { throw APIError(.badRequest, "DELETE takes If-Match.") }
        return .written(try await write(name, precondition, nil, context))
    }

    private func write(
        _ name: [UInt8], _ precondition: Precondition, _ body: [UInt8]?, _ context: SessionContext
    ) async throws -> UInt64 {
        let write = ObjectWrite(name: name, precondition: precondition, body: body)
        return try await storage.write([write], of: context.userID).first ?? precondition.expected + 1
    }

    private static func name(_ context: SessionContext) throws(APIError) -> [UInt8] {
        guard let text = context.parameters.get("name"), text.utf8.count == 2 * nameSize,
            let name = [UInt8](hex: text)
        else { throw APIError(.badRequest, "An object's name is \(2 * nameSize) lower-case hexadecimal digits.") }
        return name
    }
}
