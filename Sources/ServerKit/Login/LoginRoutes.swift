import CloudMLSAPI
import HTTPTypes
import Hummingbird
import KeyHierarchy

/// `/v1/auth/…`: pre-login, login, refresh and logout.
struct LoginRoutes: Sendable {
    let login: LoginService
    let sessions: SessionService
    let throttle: LoginThrottle
    let metrics: ServerMetrics
    let browsers: BrowserPolicy
    let clock: ServerClock
    let trustedProxies: [AddressRange]

    func add(to routes: some RouterMethods<OpenContext>) {
        routes.post("/v1/auth/prelogin", use: preLogin)
        routes.post("/v1/auth/login", use: logIn)
        routes.post("/v1/auth/refresh", use: refresh)
    }

    func add(toSessionRoutes routes: some RouterMethods<SessionContext>) {
        routes.post("/v1/auth/logout", use: logOut)
    }

    /// Takes `PreLoginRequest`, answers `PreLoginResponse`: the same shape for known and unknown names.
    @Sendable private func preLogin(_ request: Request, context: OpenContext) async throws -> Response {
        try throttle.countRequest(from: network(of: request, context))
        return try .json(try await login.preLogin(try await request.json(PreLoginRequest.self)))
    }

    /// Takes `LoginRequest`, answers `SessionTokens`; with `CloudMLS-Cookies: 1`, `CookieSession` and cookies.
    @Sendable private func logIn(_ request: Request, context: OpenContext) async throws -> Response {
        let network = network(of: request, context)
        let wantsCookies = browsers.wantsCookies(request)
        if wantsCookies { try browsers.checkOrigin(of: request) }
        try throttle.countRequest(from: network)
        let body = try await request.json(LoginRequest.self)
        // Names that cannot exist share one count: what a client makes up must not fill memory.
        let name = UserName(rawValue: body.user)?.rawValue ?? ""
        do {
            try throttle.countLogin(name: name, kind: body.kind, from: network)
        } catch {
            metrics.loginEnded(.limited)
            throw error
        }
        let tokens: SessionTokens
        do {
            tokens = try await login.logIn(body)
        } catch {
            metrics.loginEnded(.failed)
            throw error
        }
        metrics.loginEnded(.succeeded)
        throttle.loginSucceeded(name: name, kind: body.kind, from: network)
        return try wantsCookies ? browsers.cookies.answer(tokens, now: clock.now) : .json(tokens)
    }

    /// Takes `RefreshRequest`, answers `SessionTokens`; with `CloudMLS-Cookies: 1`, takes the token from its cookie.
    @Sendable private func refresh(_ request: Request, context: OpenContext) async throws -> Response {
        try throttle.countRequest(from: network(of: request, context))
        if browsers.wantsCookies(request) {
            try browsers.checkOrigin(of: request)
            guard let token = browsers.cookies.refreshToken(request) else { throw APIError.invalidRefreshToken }
            return try browsers.cookies.answer(try await sessions.refresh(token), now: clock.now)
        }
        let body = try await request.json(RefreshRequest.self)
        return try .json(try await sessions.refresh(body.refreshToken))
    }

    /// Ends the session; answers 204.
    @Sendable private func logOut(_ request: Request, context: SessionContext) async throws -> Response {
        try await sessions.end(context.session)
        var response = Response(status: .noContent)
        if browsers.cookies.accessToken(request) != nil { browsers.cookies.remove(in: &response) }
        return response
    }

    private func network(of request: Request, _ context: OpenContext) -> ClientNetwork {
        ClientNetwork(request: request, context: context, trustedProxies: trustedProxies)
    }
}
