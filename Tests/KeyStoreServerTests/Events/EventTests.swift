import AsyncHTTPClient
import CloudMLSAPI
import Foundation
import KeyHierarchy
import KeyStoreServer
import NIOCore
import NIOHTTP1
import ServerKit
import Testing

@Suite struct EventTests {
    /// An open stream: what has come of it, in lines.
    private struct Stream {
        /// The shared client has no more than eight connections to one server.
        private static let client: HTTPClient = {
            var configuration = HTTPClient.Configuration()
            configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 100
            return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        }()

        let response: HTTPClientResponse
        private var iterator: HTTPClientResponse.Body.AsyncIterator
        private var text = ""

        init(_ user: SignedInUser) async throws {
            var request = HTTPClientRequest(url: user.http.origin + "/v1/events")
            request.headers.add(name: "Authorization", value: "Bearer \(user.tokens.accessToken)")
            response = try await Self.client.execute(request, timeout: .seconds(30))
            iterator = response.body.makeAsyncIterator()
        }

        /// The next block that ends with an empty line; nil at the stream's end.
        mutating func next() async throws -> String? {
            while true {
                if let end = text.range(of: "\n\n") {
                    defer { text = String(text[end.upperBound...]) }
                    return String(text[..<end.lowerBound])
                }
                guard let bytes = try await iterator.next() else { return nil }
                text += String(buffer: bytes)
            }
        }

        /// The next event; comments are left out.
        mutating func event() async throws -> ChangeEvent? {
            while let block = try await next() {
                if block.hasPrefix(":") { continue }
                let lines = block.split(separator: "\n")
                #expect(lines.first == "event: change")
                return try JSONDecoder().decode(ChangeEvent.self, from: Data(lines[1].dropFirst(6).utf8))
            }
            return nil
        }
    }

    @Test func everyWriteIsAnEvent() async throws {
        let server = try await RunningKeyStore.start()
        let alice = try await server.firstUser("alice")
        let bob = try await server.nextUser("bob")
        var stream = try await Stream(alice)
        #expect(stream.response.status == .ok)
        #expect(stream.response.headers.first(name: "Content-Type") == "text/event-stream")
        #expect(stream.response.headers.first(name: HeaderName.protocolTag) == "key-store/1")
        #expect(try await stream.event() == ChangeEvent(cursor: 0, keyringRevision: 1))

        let name = SignedInUser.freshName()
        #expect(try await bob.put(name, [1], ifRevision: 0).status == 200)
        #expect(try await alice.put(name, [1], ifRevision: 0).status == 200)
        #expect(try await stream.event() == ChangeEvent(cursor: 1, keyringRevision: 1))
        // What was refused is none.
        expect(try await alice.put(name, [1], ifRevision: 0), .revisionConflict)
        #expect(try await alice.batch([BatchOperation(name: Bytes(name), ifRevision: 1, body: nil)]).status == 200)
        #expect(try await stream.event() == ChangeEvent(cursor: 2, keyringRevision: 1))
        let keyring = try await alice.http.send(
            .PUT, "/v1/keyring", json: KeyringWrite(body: [7]), headers: ["If-Match": "\"1\""])
        #expect(keyring.status == 200)
        #expect(try await stream.event() == ChangeEvent(cursor: 2, keyringRevision: 2))
        let slot = try alice.user.deviceSlot()
        #expect(try await alice.putSlot(slot, kind: .device, login: nil, ifRevision: 0).status == 200)
        #expect(try await stream.event() == ChangeEvent(cursor: 2, keyringRevision: 2))
        #expect(try await alice.deleteSlot(slot.id, ifRevision: 1).status == 204)
        #expect(try await stream.event() == ChangeEvent(cursor: 2, keyringRevision: 2))
        await server.stop()
    }

    @Test func itShowsThatItLivesAndEndsWithItsSession() async throws {
        let server = try await RunningKeyStore.start { $0.eventHeartbeat = .milliseconds(20) }
        let alice = try await server.firstUser()
        let other = try await alice.user.signIn(at: server.http)
        var stream = try await Stream(other)
        #expect(try await stream.event() != nil)
        #expect(try await stream.next() == ":")
        #expect(try await stream.next() == ":")
        #expect(try await alice.http.send(.DELETE, "/v1/sessions").status == 204)
        var rest: String?
        repeat { rest = try await stream.next() } while rest == ":"
        #expect(rest == nil)
        await server.stop()
    }

    @Test func thereAreOnlySoManyStreams() async throws {
        let server = try await RunningKeyStore.start { $0.eventHeartbeat = .milliseconds(20) }
        let alice = try await server.firstUser("alice")
        let bob = try await server.nextUser("bob")
        var streams: [Stream] = []
        for _ in 0..<Limits.eventStreams { streams.append(try await Stream(alice)) }
        let refused = try await alice.http.send(.GET, "/v1/events")
        expect(refused, .rateLimited)
        #expect(refused.error?.retryAfter != nil)
        var ofBob = try await Stream(bob)
        #expect(try await ofBob.event() != nil)
        // A stream that nobody reads any more makes room.
        streams.removeAll()
        while server.application.core.signals.count > 1 { await Task.yield() }
        var again = try await Stream(alice)
        #expect(try await again.event() != nil)
        await server.stop()
    }

    @Test func withoutASessionThereIsNone() async throws {
        let server = try await RunningKeyStore.start()
        expect(try await server.http.send(.GET, "/v1/events"), .invalidToken)
        await server.stop()
    }

    /// Open streams end in order and do not hold up a server that stops.
    @Test func theServerStopsAtOnce() async throws {
        let folder = try TemporaryFolder()
        let server = try await ServerBinary(folder)
        let code = try String(contentsOf: folder.url.appending(path: "data/setup-code"), encoding: .utf8)
        let alice = try TestUser("alice")
        try await alice.register(at: server.http, token: try SetupCode(text: code).token)
        var stream = try await Stream(try await alice.signIn(at: server.http))
        #expect(try await stream.event() != nil)
        let began = ContinuousClock.now
        #expect(server.stop() == 0)
        // A good part of the time that requests are given before they are cut off.
        #expect(ContinuousClock.now - began < .seconds(2))
        #expect(try await stream.next() == nil)
    }
}
