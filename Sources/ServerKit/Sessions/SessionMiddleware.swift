import Hummingbird

/// Puts the session of the access token into the context, or answers `invalid_token`.
struct SessionMiddleware: RouterMiddleware {
    let sessions: SessionService

    func handle(
        _ request: Request, context: OpenContext, next: (Request, OpenContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.session = try await sessions.session(authorization: request.headers[.authorization])
        guard context.session != nil else { throw APIError.invalidToken }
        return try await next(request, context)
    }
}
