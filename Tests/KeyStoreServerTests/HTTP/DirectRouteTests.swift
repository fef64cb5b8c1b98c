import CloudMLSAPI
import Foundation
import KeyHierarchy
import KeyStoreServer
import NIOHTTP1
import ServerKit
import Testing

/// Objects are read and written on two ways: most requests are answered on their connection at once, the others by the
/// router. Nobody can tell which it was.
@Suite(.timeLimit(.minutes(1))) struct DirectRouteTests {
    private struct Request {
        var method: HTTPMethod
        var name: String
        var fields: [String: String] = [:]
        var body: [UInt8]?
    }

    /// A life of an object, with all that can go wrong in it.
    private static func requests(for name: String) -> [Request] {
        [
            Request(method: .GET, name: name),
            Request(method: .PUT, name: name, body: [1]),
            Request(method: .PUT, name: name, fields: ["If-Match": "7"], body: [1]),
            Request(method: .PUT, name: name, fields: ["If-Match": "\"1\"", "If-None-Match": "*"], body: [1]),
            Request(method: .PUT, name: name, fields: ["If-Match": "\"1\""], body: [1]),
            Request(method: .PUT, name: name, fields: ["If-None-Match": "*"], body: [1, 2, 3]),
            Request(method: .PUT, name: name, fields: ["If-None-Match": "*"], body: [1, 2, 3]),
            Request(method: .GET, name: name),
            Request(method: .PUT, name: name, fields: ["If-Match": "\"1\""], body: []),
            Request(method: .GET, name: name),
            Request(method: .DELETE, name: name),
            Request(method: .DELETE, name: name, fields: ["If-None-Match": "*"]),
            Request(method: .DELETE, name: name, fields: ["If-Match": "\"1\""]),
            Request(method: .DELETE, name: name, fields: ["If-Match": "\"2\""]),
            Request(method: .DELETE, name: name, fields: ["If-Match": "\"3\""]),
            Request(method: .GET, name: name),
            Request(method: .GET, name: "abc"),
            Request(method: .PUT, name: name.uppercased(), fields: ["If-None-Match": "*"], body: [1]),
            Request(method: .PUT, name: name, fields: ["If-Match": "\"3\""], body: [UInt8](repeating: 1, count: 5_000)),
        ]
    }

    /// - Parameter hasPages: whether web pages of some origin may use the server.
    @Test(arguments: [false, true])
    func bothWaysAnswerAlike(hasPages: Bool) async throws {
        let server = try await RunningKeyStore.start {
            $0.limits.objectSize = 4_096
            $0.service.allowedOrigins = hasPages ? (try? [Origin(typed: "https://chat.example.org")]) ?? [] : []
        }
        let alice = try await server.firstUser()
        let names = [SignedInUser.freshName().hex, SignedInUser.freshName().hex]
        for (direct, routed) in zip(Self.requests(for: names[0]), Self.requests(for: names[1])) {
            var answers: [TestHTTP.Answer] = []
            for (request, more) in [(direct, [:]), (routed, ["Expect": "nothing"])] {
                answers.append(
                    try await alice.http.send(
                        request.method, "/v1/objects/\(request.name)", body: request.body,
                        headers: request.fields.merging(more) { $1 }))
            }
            #expect(answers[0].status == answers[1].status, "\(direct)")
            #expect(answers[0].body == answers[1].body, "\(direct)")
            expectCommonHeaders(answers[0])
            let fields = answers.map { answer in
                Set(answer.headers.map { "\($0.name.lowercased()): \($0.name == "Date" ? "" : $0.value)" })
            }
            #expect(fields[0] == fields[1], "\(direct)")
            #expect(answers[0].headers.count == fields[0].count)
        }
        // Both were counted, under the same name.
        let metrics = try await server.http.send(.GET, "/metrics")
        let lines = String(decoding: metrics.body, as: UTF8.self).split(separator: "\n")
        let counted = lines.filter { $0.hasPrefix("cloudmls_http_requests_total{") && $0.contains("/v1/objects") }
        #expect(!counted.isEmpty && counted.allSatisfy { $0.contains("route=\"/v1/objects/{name}\"") }, "\(counted)")
        await server.stop()
    }

    /// The client's own requests, with all that can go wrong in them. Both ways get names of their own, so that both meet
    /// the same state.
    @Test func manyObjectsAreAnsweredAlike() async throws {
        let server = try await RunningKeyStore.start {
            $0.limits.objectSize = 4_096
            $0.limits.batchCount = 4
        }
        let alice = try await server.firstUser()
        func requests() throws -> [(path: String, body: [UInt8])] {
            let names = (0..<5).map { _ in Bytes(SignedInUser.freshName()) }
            func read(_ names: [Bytes]) throws -> (path: String, body: [UInt8]) {
                ("/v1/objects/read", Array(try JSONEncoder().encode(ObjectsReadRequest(names: names))))
            }
            func write(_ operations: [BatchOperation]) throws -> (path: String, body: [UInt8]) {
                ("/v1/objects/batch", Array(try JSONEncoder().encode(BatchRequest(operations: operations))))
            }
            func operation(_ name: Bytes, _ revision: UInt64, _ size: Int?) -> BatchOperation {
                BatchOperation(
                    name: name, ifRevision: revision, body: size.map { Bytes([UInt8](repeating: 7, count: $0)) })
            }
            return [
                try write([operation(names[0], 0, 3), operation(names[1], 0, 1_000)]),
                try write([operation(names[2], 0, 1), operation(names[0], 0, 3)]),
                try write([operation(names[0], 1, nil)]),
                try write([]), try write([operation(names[0], 2, 1), operation(names[0], 2, 1)]),
                try write([operation(Bytes([1]), 0, 1)]), try write([operation(names[3], 0, 5_000)]),
                try write(names.map { operation($0, 0, 1) }),
                try read([names[0], names[1], names[4]]), try read([]), try read([Bytes([1])]), try read(names),
                ("/v1/objects/batch", Array("{".utf8)), ("/v1/objects/batch", Array("{}".utf8)),
                ("/v1/objects/read", Array(#"{"names":1}"#.utf8)), ("/v1/objects/read", []),
            ]
        }
        for (direct, routed) in zip(try requests(), try requests()) {
            let answers = [
                try await alice.http.send(.POST, direct.path, body: direct.body),
                try await alice.http.send(.POST, routed.path, body: routed.body, headers: ["Expect": "nothing"]),
            ]
            let sent = String(decoding: direct.body.prefix(80), as: UTF8.self)
            #expect(answers[0].status == answers[1].status, "\(direct.path) \(sent)")
            // Names differ, and stand in what is read.
            #expect(answers[0].body.count == answers[1].body.count, "\(direct.path) \(sent)")
            expectCommonHeaders(answers[0])
            #expect(Set(answers[0].headers.map(\.name)) == Set(answers[1].headers.map(\.name)))
        }
        await server.stop()
    }

    /// Head and body as they go over the wire.
    private static func text(
        _ method: String, _ path: String, _ user: SignedInUser, _ fields: [String] = [], body: String = ""
    ) -> String {
        let all =
            ["Host: 127.0.0.1", "Authorization: Bearer \(user.tokens.accessToken)"] + fields
            + (body.isEmpty ? [] : ["Content-Length: \(body.utf8.count)"])
        return "\(method) \(path) HTTP/1.1\r\n" + all.map { "\($0)\r\n" }.joined() + "\r\n" + body
    }

    private static func statuses(_ text: String) -> [String] {
        text.split(separator: "HTTP/1.1 ").map { String($0.prefix(3)) }
    }

    @Test func requestsThatDoNotWaitAreAnsweredInTheirOrder() async throws {
        let server = try await RunningKeyStore.start()
        let alice = try await server.firstUser()
        let port = UInt16(try #require(URL(string: server.http.origin)?.port))
        let path = SignedInUser.path(SignedInUser.freshName())
        let requests = [
            Self.text("GET", path, alice), Self.text("PUT", path, alice, ["If-None-Match: *"], body: "one"),
            Self.text("GET", path, alice), Self.text("GET", "/v1/keyring", alice), Self.text("GET", "/nowhere", alice),
            Self.text("PUT", path, alice, ["If-Match: \"1\""], body: "two"),
            Self.text("PUT", path, alice, ["If-Match: \"1\""], body: "late"), Self.text("GET", path, alice),
            Self.text("GET", "/v1/keyring", alice), Self.text("DELETE", path, alice, ["If-Match: \"2\""]),
            Self.text("GET", path, alice, ["Connection: close"]),
        ]
        let answers = try await RequestPaceTests.everything(from: port, after: requests.joined())
        #expect(
            Self.statuses(answers)
                == ["404", "200", "200", "200", "404", "200", "412", "200", "200", "200", "404"], "\(answers)")
        #expect(answers.contains("\r\n\r\noneHTTP/1.1") && answers.contains("\r\n\r\ntwoHTTP/1.1"))
        await server.stop()
    }

    @Test func whatComesBehindTheLastRequestIsNotLookedAt() async throws {
        let server = try await RunningKeyStore.start()
        let alice = try await server.firstUser()
        let port = UInt16(try #require(URL(string: server.http.origin)?.port))
        for _ in 0..<20 {
            let path = SignedInUser.path(SignedInUser.freshName())
            let answers = try await RequestPaceTests.everything(
                from: port,
                after: Self.text("GET", "/v1/keyring", alice, ["Connection: close"])
                    + Self.text("PUT", path, alice, ["If-None-Match: *"], body: "1"))
            #expect(Self.statuses(answers) == ["200"])
        }
        #expect(try await alice.changes().changes.isEmpty)
        await server.stop()
    }

    /// More than is read ahead of an answer.
    @Test func hundredsOfWritesThatDoNotWaitAreAllAnswered() async throws {
        let server = try await RunningKeyStore.start()
        let alice = try await server.firstUser()
        let port = UInt16(try #require(URL(string: server.http.origin)?.port))
        let body = String(repeating: "x", count: 800)
        let writes = (0..<300).map { _ in
            Self.text("PUT", SignedInUser.path(SignedInUser.freshName()), alice, ["If-None-Match: *"], body: body)
        }
        let last = Self.text("GET", SignedInUser.path(SignedInUser.freshName()), alice, ["Connection: close"])
        let answers = try await RequestPaceTests.everything(from: port, after: writes.joined() + last)
        #expect(Self.statuses(answers) == [String](repeating: "200", count: 300) + ["404"])
        #expect(try await alice.changes().changes.count == 300)
        await server.stop()
    }

    @Test func whoSendsNothingMoreStillGetsTheAnswer() async throws {
        let server = try await RunningKeyStore.start()
        let alice = try await server.firstUser()
        let port = UInt16(try #require(URL(string: server.http.origin)?.port))
        for _ in 0..<20 {
            let path = SignedInUser.path(SignedInUser.freshName())
            let answer = try await RequestPaceTests.everything(
                from: port, after: Self.text("PUT", path, alice, ["If-None-Match: *"], body: "1"), hangingUp: true)
            #expect(Self.statuses(answer) == ["200"])
        }
        await server.stop()
    }

    /// More than the system takes at once: the connection is closed when it has taken all.
    @Test func whoSendsNothingMoreGetsALargeAnswerToItsEnd() async throws {
        let server = try await RunningKeyStore.start { $0.limits.objectSize = 32 << 20 }
        let alice = try await server.firstUser()
        let port = UInt16(try #require(URL(string: server.http.origin)?.port))
        let (name, size) = (SignedInUser.freshName(), 24 << 20)
        #expect(try await alice.put(name, [UInt8](repeating: 7, count: size), ifRevision: 0).status == 200)
        let answer = try await RequestPaceTests.bytes(
            from: port, after: Self.text("GET", SignedInUser.path(name), alice), hangingUp: true, isKept: false)
        #expect(answer.count > size)
        await server.stop()
    }

    /// Of requests that come faster than their answers are taken, the later ones wait.
    @Test func answersDoNotPileUp() async throws {
        let server = try await RunningKeyStore.start()
        let alice = try await server.firstUser()
        let port = UInt16(try #require(URL(string: server.http.origin)?.port))
        let (name, size) = (SignedInUser.freshName(), 1 << 20)
        #expect(try await alice.put(name, [UInt8](repeating: 7, count: size), ifRevision: 0).status == 200)
        let read = Self.text("GET", SignedInUser.path(name), alice)
        let last = Self.text("GET", SignedInUser.path(name), alice, ["Connection: close"])
        let before = try Self.peakMemory(reset: true)
        let answers = try await RequestPaceTests.bytes(
            from: port, after: String(repeating: read, count: 799) + last, isKept: false)
        #expect(answers.count > 800 * size)
        // Other tests run in this process too.
        #expect(try Self.peakMemory() - before < 400 << 20)
        await server.stop()
    }

    /// Bytes, of the whole process.
    private static func peakMemory(reset: Bool = false) throws -> Int {
        if reset { try Data("5".utf8).write(to: URL(filePath: "/proc/self/clear_refs")) }
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = try #require(status.firstMatch(of: /VmHWM:\s+([0-9]+) kB/))
        return try #require(Int(line.output.1)) << 10
    }

    @Test func nonsenseBehindAWriteDoesNotTakeItsAnswer() async throws {
        let server = try await RunningKeyStore.start()
        let alice = try await server.firstUser()
        let port = UInt16(try #require(URL(string: server.http.origin)?.port))
        for _ in 0..<20 {
            let path = SignedInUser.path(SignedInUser.freshName())
            let answers = try await RequestPaceTests.everything(
                from: port,
                after: Self.text("PUT", path, alice, ["If-None-Match: *"], body: "1") + "\u{1}nonsense\r\n\r\n")
            #expect(Self.statuses(answers) == ["200", "400"])
        }
        await server.stop()
    }

    @Test func aSessionThatEndsBetweenTwoRequestsIsNoticed() async throws {
        let server = try await RunningKeyStore.start()
        let alice = try await server.firstUser()
        let name = SignedInUser.freshName()
        #expect(try await alice.put(name, [1], ifRevision: 0).status == 200)
        #expect(try await alice.http.send(.POST, "/v1/auth/logout").status == 204)
        expect(try await alice.get(name), .invalidToken)
        expect(try await alice.put(name, [2], ifRevision: 1), .invalidToken)
        await server.stop()
    }
}
