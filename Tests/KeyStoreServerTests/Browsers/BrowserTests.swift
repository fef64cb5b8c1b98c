import CloudMLSAPI
import KeyHierarchy
import KeyStoreServer
import NIOHTTP1
import ServerKit
import Testing

/// What a web page can do, and what it cannot.
@Suite struct BrowserTests {
    private static let page = "https://chat.example.org"
    private static let evil = "https://evil.example.net"
    private static let cookieField = [HeaderName.cookies: "1"]

    private func start() async throws -> RunningKeyStore {
        try await RunningKeyStore.start {
            $0.service.allowedOrigins = (try? [Origin(typed: Self.page)]) ?? []
        }
    }

    @Test func aConfiguredPageMayAsk() async throws {
        let server = try await start()
        let preflight = try await server.http.send(
            .OPTIONS, "/v1/slots",
            headers: [
                "Origin": Self.page, "Access-Control-Request-Method": "PUT",
                "Access-Control-Request-Headers": "if-match,cloudmls-cookies",
            ])
        #expect(preflight.status == 204)
        #expect(preflight.headers.first(name: "Access-Control-Allow-Origin") == Self.page)
        #expect(preflight.headers.first(name: "Access-Control-Allow-Credentials") == "true")
        #expect(preflight.headers.first(name: "Access-Control-Allow-Methods")?.contains("PUT") == true)
        #expect(preflight.headers.first(name: "Access-Control-Allow-Headers")?.contains("If-Match") == true)
        // Errors can be read as well.
        for path in ["/health", "/v1/keyring", "/nowhere"] {
            let answer = try await server.http.send(.GET, path, headers: ["Origin": Self.page])
            #expect(answer.headers.first(name: "Access-Control-Allow-Origin") == Self.page, "\(path)")
            #expect(answer.headers.first(name: "Access-Control-Expose-Headers")?.contains("ETag") == true)
            #expect(answer.headers.first(name: "Vary") == "Origin")
        }
        await server.stop()
    }

    @Test(arguments: [evil, "null", "https://chat.example.org.evil.example.net", "http://chat.example.org", ""])
    func otherPagesMayNot(origin: String) async throws {
        let server = try await start()
        let preflight = try await server.http.send(
            .OPTIONS, "/v1/slots", headers: ["Origin": origin, "Access-Control-Request-Method": "GET"])
        #expect(preflight.status == 405)
        for answer in [preflight, try await server.http.send(.GET, "/health", headers: ["Origin": origin])] {
            #expect(answer.headers.first(name: "Access-Control-Allow-Origin") == nil)
            #expect(answer.headers.first(name: "Access-Control-Allow-Credentials") == nil)
            #expect(answer.headers.first(name: "Vary") == "Origin")
        }
        await server.stop()
    }

    @Test func withoutConfigurationThereIsNoCORS() async throws {
        let server = try await RunningKeyStore.start()
        let answer = try await server.http.send(.GET, "/health", headers: ["Origin": Self.page])
        #expect(answer.headers.first(name: "Access-Control-Allow-Origin") == nil)
        await server.stop()
    }

    @Test func aSessionCanBeInCookies() async throws {
        let server = try await start()
        let user = try await server.firstUser().user
        let login = try await user.login(at: server.http, headers: Self.cookieField)
        #expect(login.status == 200)
        #expect(try login.json(CookieSession.self).accessExpires > 0)
        let set = login.headers["Set-Cookie"]
        try #require(set.count == 2)
        for cookie in set {
            for attribute in ["HttpOnly", "Secure", "SameSite=Strict"] { #expect(cookie.contains("; \(attribute)")) }
            #expect(!cookie.contains("Domain"))
        }
        #expect(set[0].hasPrefix("__Host-key-store-access=") && set[0].contains("; Path=/;"))
        #expect(set[1].hasPrefix("__Secure-key-store-refresh=") && set[1].contains("; Path=/v1/auth/refresh;"))
        let body = String(decoding: login.body, as: UTF8.self)
        for cookie in pairs(login) { #expect(!body.contains(cookie.split(separator: "=")[1])) }

        let (access, refresh) = (pairs(login)[0], pairs(login)[1])
        #expect(try await server.http.send(.GET, "/v1/keyring", headers: ["Cookie": "a=b; \(access)"]).status == 200)
        // The refresh token is no access token, nor the other way round.
        let swapped = "__Host-key-store-access=" + refresh.split(separator: "=")[1]
        expect(try await server.http.send(.GET, "/v1/keyring", headers: ["Cookie": swapped]), .invalidToken)
        let refreshed = try await server.http.send(
            .POST, "/v1/auth/refresh", headers: ["Cookie": refresh].merging(Self.cookieField) { $1 })
        #expect(refreshed.status == 200)
        let fresh = pairs(refreshed)[0]
        expect(try await server.http.send(.GET, "/v1/keyring", headers: ["Cookie": access]), .invalidToken)
        let logout = try await server.http.send(
            .POST, "/v1/auth/logout", headers: ["Cookie": fresh].merging(Self.cookieField) { $1 })
        #expect(logout.status == 204)
        #expect(logout.headers["Set-Cookie"].count == 2)
        #expect(logout.headers["Set-Cookie"].allSatisfy { $0.contains("=; ") && $0.contains("Max-Age=0") })
        expect(try await server.http.send(.GET, "/v1/keyring", headers: ["Cookie": fresh]), .invalidToken)
        await server.stop()
    }

    @Test func aPageOfAnotherSiteCannotUseThem() async throws {
        let server = try await start()
        let user = try await server.firstUser().user
        let cookie = ["Cookie": pairs(try await user.login(at: server.http, headers: Self.cookieField))[0]]
        func post(_ headers: [String: String]) async throws -> TestHTTP.Answer {
            try await server.http.send(
                .POST, "/v1/objects/read", json: ObjectsReadRequest(names: []),
                headers: cookie.merging(headers) { $1 })
        }
        // As a form of another site posts it.
        expect(try await post([:]), .crossSite)
        expect(try await post(["Origin": Self.evil]), .crossSite)
        expect(try await post(["Origin": "null"]), .crossSite)
        expect(try await post(Self.cookieField.merging(["Origin": Self.evil]) { $1 }), .crossSite)
        expect(
            try await user.login(at: server.http, headers: Self.cookieField.merging(["Origin": Self.evil]) { $1 }),
            .crossSite)
        let accepted = [Self.cookieField, ["Origin": Self.page], ["Origin": server.http.origin]]
        for headers in accepted {
            let answer = try await post(headers)
            #expect(answer.error?.code != .crossSite && answer.status != 401, "\(headers)")
        }
        await server.stop()
    }

    /// `name=value` of each cookie that was set.
    private func pairs(_ answer: TestHTTP.Answer) -> [String] {
        answer.headers["Set-Cookie"].map { String($0.prefix { $0 != ";" }) }
    }
}
