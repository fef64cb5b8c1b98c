package import CloudMLSAPI

/// One route, as `/openapi.json` describes it.
package struct DescribedRoute: Sendable {
    enum Access: Sendable {
        /// Anyone.
        case open
        /// Whoever has an access token.
        case session
    }

    /// What a request or an answer carries.
    enum Content: Sendable {
        case nothing
        /// JSON of this schema in `OpenAPISchemas`.
        case json(String)
        /// A sealed object.
        case octets
        /// JSON that is not described further.
        case anyJSON
        /// Server-sent events.
        case events
        /// Text for a program that is not a client.
        case text
    }

    package let method: String
    /// As OpenAPI writes it: `/v1/objects/{name}`.
    package let path: String
    let summary: String
    let access: Access
    /// Names of parameters in `OpenAPISchemas`.
    let parameters: [String]
    let body: Content
    package let status: Int
    let answer: Content
    let hasETag: Bool
    /// What it can answer beyond `common` and, with a session, what a token or cookie meets.
    private let ownErrors: [ErrorCode]

    /// What any route can answer.
    static let common: [ErrorCode] = [.badRequest, .internalError, .unavailable, .databaseDamaged]

    init(
        _ method: String, _ path: String, _ summary: String, _ access: Access, parameters: [String] = [],
        takes body: Content = .nothing, answers status: Int = 200, _ answer: Content = .nothing, hasETag: Bool = false,
        errors: [ErrorCode] = []
    ) {
        self.method = method
        self.path = path
        self.summary = summary
        self.access = access
        self.parameters = parameters
        self.body = body
        self.status = status
        self.answer = answer
        self.hasETag = hasETag
        ownErrors = errors
    }

    /// Every error that the route can answer.
    package var errors: [ErrorCode] {
        Self.common + (access == .session ? [.invalidToken, .crossSite] : []) + ownErrors
    }

    /// Whether a request has a body.
    package var takesBody: Bool {
        if case .nothing = body { false } else { true }
    }

    /// Whether a request's body is JSON.
    package var takesJSON: Bool {
        if case .json = body { true } else { false }
    }

    /// Such as `GET /v1/keyring`.
    package var name: String { "\(method) \(path)" }

    /// Whether a request's path is one of this route's.
    package func matches(method: String, path: String) -> Bool {
        let parts = self.path.split(separator: "/")
        let asked = path.prefix { $0 != "?" }.split(separator: "/")
        return method == self.method && parts.count == asked.count
            && zip(parts, asked).allSatisfy { $0 == $1 || $0.hasPrefix("{") }
    }
}
