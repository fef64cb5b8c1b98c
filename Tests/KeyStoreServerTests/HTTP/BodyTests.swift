import CloudMLSAPI
import Foundation
import GRDB
import Glibc
import KeyStoreServer
import NIOHTTP1
import ServerKit
import Testing

/// Bodies that are no body of the route: each route says so with a code that its description has (`TestHTTP` looks),
/// nothing is stored, and the server goes on.
@Suite(.timeLimit(.minutes(2))) struct BodyTests {
    /// The routes that take something, with an id or name in their paths.
    private static let routes: [DescribedRoute] = KeyStoreRouteTable.routes.filter(\.takesBody)

    private struct Place: Sendable {
        var server: RunningKeyStore
        var alice: SignedInUser
        var stored: [String]

        init() async throws {
            server = try await RunningKeyStore.start()
            alice = try await server.firstUser()
            #expect(try await alice.put(SignedInUser.freshName(), [1, 2, 3], ifRevision: 0).status == 200)
            stored = try await Self.rows(server)
        }

        /// Ends it, and finds what was there before and nothing else.
        func expectUnchanged() async throws {
            #expect(try await server.http.send(.GET, "/health").status == 200)
            #expect(try await Self.rows(server) == stored)
            await server.stop()
        }

        private static func rows(_ server: RunningKeyStore) async throws -> [String] {
            try await server.application.core.database.read { db in
                let tables = [
                    "users", "login_keys", "slots", "stores", "objects", "setup_tokens", "arrivals", "departures",
                ]
                return try tables.flatMap { try Row.fetchAll(db, sql: "SELECT * FROM \($0)").map(\.description) }
            }
        }
    }

    private static func path(_ route: DescribedRoute) -> String {
        route.path.replacing("{id}", with: String(repeating: "ab", count: 16))
            .replacing("{name}", with: String(repeating: "ab", count: 32))
    }

    @Test(arguments: [
        "", "{", "null", "true", "17", "1e999", "\"text\"", "[]", "[{}]", "{}", "{\"a\":1}", "\u{feff}{}", "{}{}",
        "{\"moveID\":\"\",\"objects\":[],\"names\":7,\"operations\":[],\"slots\":{},\"body\":{},\"user\":1}",
        String(repeating: "{\"a\":", count: 5_000), String(repeating: "[", count: 100_000),
    ])
    func whatIsNoBodyOfARouteIsRefused(text: String) async throws {
        let place = try await Place()
        for route in Self.routes where route.takesJSON {
            for bytes in [
                Array(text.utf8), Array(text.utf8) + [0xff, 0],
                Array(text.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }),
            ] {
                let answer = try await place.alice.http.send(
                    HTTPMethod(rawValue: route.method), Self.path(route), body: bytes, headers: ["If-Match": "\"1\""])
                #expect((400...499).contains(answer.status), "\(route.name): \(answer.status)")
                #expect(answer.error != nil, "\(route.name)")
            }
        }
        try await place.expectUnchanged()
    }

    /// A length that is announced is judged before anything comes.
    @Test func aBodyThatWouldBeTooLargeIsRefusedAtOnce() async throws {
        let place = try await Place()
        // All at once: the server keeps each connection for some seconds after its answer, so that the client reads it.
        try await withThrowingTaskGroup(of: Void.self) { group in
            for route in Self.routes {
                group.addTask {
                    let answer = try await send(
                        route, "If-None-Match: *\r\nContent-Length: 999999999\r\n", "{", to: place, hangingUp: false)
                    #expect(answer.hasPrefix("HTTP/1.1 413 "), "\(route.name): \(answer.prefix(200))")
                    #expect(answer.contains("\"too_large\""))
                }
            }
            try await group.waitForAll()
        }
        try await place.expectUnchanged()
    }

    /// The rest never comes: the client has hung up.
    @Test func aTruncatedBodyIsAsIfItHadNeverCome() async throws {
        let place = try await Place()
        for route in Self.routes {
            for length in ["Content-Length: 1000\r\n", "Transfer-Encoding: chunked\r\n"] {
                let body = length.hasPrefix("C") ? "{\"moveID\":" : "a\r\n{\"moveID\":\r\n5\r\n\"AA"
                let answer = try await send(route, "If-None-Match: *\r\n" + length, body, to: place)
                #expect(!answer.hasPrefix("HTTP/1.1 2"), "\(route.name): \(answer)")
            }
        }
        try await place.expectUnchanged()
    }

    @Test(arguments: [
        "Content-Length: -1\r\n", "Content-Length: 1\r\nContent-Length: 2\r\n", "Content-Length: many\r\n",
        "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: gzip\r\n", "X-No-Colon\r\n",
        "Content-Length: 99999999999999999999999\r\n",
    ])
    func aHeadThatContradictsItselfIsRefused(fields: String) async throws {
        let place = try await Place()
        for route in Self.routes where route.method == "PUT" {
            let answer = try await send(route, "If-None-Match: *\r\n" + fields, "xyz", to: place)
            #expect(!answer.hasPrefix("HTTP/1.1 2"), "\(route.name): \(answer)")
        }
        try await place.expectUnchanged()
    }

    /// Sends a head with these fields and a body, hangs up, and gives what the server said.
    private func send(
        _ route: DescribedRoute, _ fields: String, _ body: String, to place: Place, hangingUp: Bool = true
    ) async throws -> String {
        let port = try #require(URL(string: place.server.http.origin)?.port)
        let head = """
            \(route.method) \(Self.path(route)) HTTP/1.1\r
            Host: 127.0.0.1\r
            Authorization: Bearer \(place.alice.tokens.accessToken)\r
            \(fields)\r

            """
        return try await RequestPaceTests.everything(from: UInt16(port), after: head + body, hangingUp: hangingUp)
    }
}
