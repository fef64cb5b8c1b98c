import CloudMLSAPI
import HTTPTypes
import Hummingbird
import KeyHierarchy

/// A session's tokens in cookies that no script can read and no page of another site can send (RFC 6265bis).
///
/// The access token goes with every request; the refresh token with refreshes only. Names carry the role, since cookies
/// do not tell one port of a host from another.
struct SessionCookies: Sendable {
    static let refreshPath = "/v1/auth/refresh"

    let accessName: String
    let refreshName: String

    init(role: ServerRole) {
        accessName = "__Host-\(role.rawValue)-access"
        // A prefix that allows a path; `__Host-` takes `/` only.
        refreshName = "__Secure-\(role.rawValue)-refresh"
    }

    func accessToken(_ request: Request) -> String? { value(of: accessName, in: request) }
    func refreshToken(_ request: Request) -> String? { value(of: refreshName, in: request) }

    /// The answer to a login or refresh: the times in the body, the tokens in cookies.
    func answer(_ tokens: SessionTokens, now: UInt64) throws -> Response {
        var response = try Response.json(
            CookieSession(accessExpires: tokens.accessExpires, refreshExpires: tokens.refreshExpires))
        let lifetime = { (expires: UInt64) in expires > now ? expires - now : 0 }
        response.headers.append(cookie(accessName, tokens.accessToken, path: "/", lifetime(tokens.accessExpires)))
        response.headers.append(
            cookie(refreshName, tokens.refreshToken, path: Self.refreshPath, lifetime(tokens.refreshExpires)))
        return response
    }

    /// Makes the browser forget both.
    func remove(in response: inout Response) {
        response.headers.append(cookie(accessName, "", path: "/", 0))
        response.headers.append(cookie(refreshName, "", path: Self.refreshPath, 0))
    }

    private func cookie(_ name: String, _ value: String, path: String, _ seconds: UInt64) -> HTTPField {
        HTTPField(
            name: .setCookie,
            value: "\(name)=\(value); Path=\(path); Max-Age=\(seconds); HttpOnly; Secure; SameSite=Strict")
    }

    private func value(of name: String, in request: Request) -> String? {
        for field in request.headers[values: .cookie] {
            for pair in field.split(separator: ";") {
                let trimmed = pair.drop { $0 == " " }
                if trimmed.hasPrefix("\(name)=") { return String(trimmed.dropFirst(name.count + 1)) }
            }
        }
        return nil
    }
}
