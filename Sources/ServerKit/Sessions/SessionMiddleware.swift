import Hummingbird

/// Puts the session of the access token, from the field `Authorization` or else from a cookie, into the context, or
/// answers `invalid_token`.
struct SessionMiddleware: RouterMiddleware {
    let sessions: SessionService
    let browsers: BrowserPolicy

    func handle(
        _ request: Request, context: OpenContext, next: (Request, OpenContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        if let authorization = request.headers[.authorization] {
            context.session = try sessions.session(authorization: authorization)
        } else if let token = browsers.cookies.accessToken(request) {
            try browsers.checkOrigin(of: request)
            context.session = try sessions.session(accessToken: token)
        }
        guard context.session != nil else { throw APIError.invalidToken }
        return try await next(request, context)
    }
}
