import CloudMLSAPI
import HTTPTypes
import Hummingbird

/// Lets web pages of configured origins use the server from a browser (the Fetch standard's CORS protocol). All others get
/// answers that a browser does not show them.
struct CrossOriginMiddleware: RouterMiddleware {
    let policy: BrowserPolicy

    func handle(
        _ request: Request, context: OpenContext, next: (Request, OpenContext) async throws -> Response
    ) async throws -> Response {
        guard policy.allowsAny else { return try await next(request, context) }
        guard let origin = request.headers[.origin], policy.allows(origin: origin) else {
            var response = try await next(request, context)
            Self.vary(&response)
            return response
        }
        var response: Response
        if request.method == .options, request.headers[.accessControlRequestMethod] != nil {
            response = Response(
                status: .noContent,
                headers: [
                    .accessControlAllowMethods: "GET, POST, PUT, DELETE",
                    .accessControlAllowHeaders: Self.requestFields,
                    .accessControlMaxAge: "600",
                ])
        } else {
            response = try await next(request, context)
            response.headers[.accessControlExposeHeaders] = Self.answerFields
        }
        response.headers[.accessControlAllowOrigin] = origin
        response.headers[.accessControlAllowCredentials] = "true"
        Self.vary(&response)
        return response
    }

    private static let requestFields = [
        "Authorization", "Content-Type", "If-Match", "If-None-Match", HeaderName.idempotencyKey, HeaderName.cookies,
    ].joined(separator: ", ")

    private static let answerFields = [
        "ETag", "Retry-After", HeaderName.incarnation, HeaderName.protocolTag,
    ].joined(separator: ", ")

    private static func vary(_ response: inout Response) {
        response.headers.append(HTTPField(name: .vary, value: "Origin"))
    }
}
