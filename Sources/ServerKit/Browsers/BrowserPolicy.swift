import CloudMLSAPI
import HTTPTypes
import Hummingbird
import KeyHierarchy

/// Which web pages may use the server, and how it tells their requests from those that other pages cause.
struct BrowserPolicy: Sendable {
    let cookies: SessionCookies
    private let allowed: Set<String>
    private let own: Set<String>

    init(role: ServerRole, allowedOrigins: [Origin], publicURLs: [Origin]) {
        cookies = SessionCookies(role: role)
        allowed = Set(allowedOrigins.map(\.rawValue))
        own = Set(publicURLs.map(\.rawValue))
    }

    var allowsAny: Bool { !allowed.isEmpty }

    /// Whether a page of another origin may read answers. Text as it stands in `Origin`, which is the normal form.
    func allows(origin: String) -> Bool { allowed.contains(origin) }

    /// Whether a client wants its session in cookies.
    func wantsCookies(_ request: Request) -> Bool { request.headers[.cookies] == "1" }

    /// Throws `cross_site` where a request that carries a cookie may have been caused by a page of another site: it must
    /// come from an allowed origin, or have a field that such a page cannot add.
    func checkOrigin(of request: Request) throws(APIError) {
        if let origin = request.headers[.origin] {
            guard allowed.contains(origin) || own.contains(origin) || isSame(origin, request.head.authority) else {
                throw APIError(.crossSite, "Pages of this origin may not use this server: --allow-origin names those.")
            }
            return
        }
        guard request.method == .get || request.method == .head || wantsCookies(request) else {
            throw APIError(.crossSite, "A request with a session cookie needs the field CloudMLS-Cookies: 1.")
        }
    }

    private func isSame(_ origin: String, _ authority: String?) -> Bool {
        guard let authority else { return false }
        return origin == "https://\(authority)" || origin == "http://\(authority)"
    }
}
