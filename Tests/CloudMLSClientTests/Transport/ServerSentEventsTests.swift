import CloudMLSAPI
import CloudMLSClient
import KeyHierarchy
import Testing

@Suite struct ServerSentEventsTests {
    private typealias Event = ServerSentEvents.Event

    /// The same stream, cut into pieces of every size.
    @Test(arguments: ["\n", "\r\n", "\r"])
    func eventsDoNotDependOnHowTheyArrive(end: String) throws {
        let lines = [
            ": a comment", "", "event: change", "data: {\"a\":", "data:1}", "", "id: 7", "data", "retry: 3", "",
            "data:  x",
            "", "event: nothing", "", "data: unfinished",
        ]
        let stream = Array(lines.joined(separator: end).utf8)
        let expected = [
            Event(name: "change", data: "{\"a\":\n1}"), Event(name: "message", data: ""),
            Event(name: "message", data: " x"),
        ]
        for size in 1...stream.count {
            var parser = ServerSentEvents()
            var events: [Event] = []
            for start in stride(from: 0, to: stream.count, by: size) {
                events += try parser.take(stream[start..<min(start + size, stream.count)])
            }
            #expect(events == expected)
        }
    }

    @Test func aLineWithoutAnEndIsRefused() {
        var parser = ServerSentEvents()
        let error = #expect(throws: ClientError.self) {
            for _ in 0..<100 { _ = try parser.take([UInt8](repeating: 1, count: 1_000)) }
        }
        #expect(error?.code == .malformedAnswer)
    }

    @Test func theKeyStoresEventsAreRead() async throws {
        let stream = """
            : hello\n\nevent: change\ndata: {"cursor":7,"keyringRevision":2}\n\nevent: other\ndata: {}\n\n\
            event: change\ndata: {"cursor":8,"keyringRevision":2}\n\n
            """
        let transport = ScriptedTransport { _, _ in
            HTTPExchangeResponse(
                status: 200, headers: HTTPExchangeResponse.headers("key-store/1"), body: Array(stream.utf8))
        }
        var cursors: [UInt64] = []
        for try await event in try await service(transport).events() { cursors.append(event.cursor) }
        #expect(cursors == [7, 8])
    }

    @Test func aRefusalIsAnError() async throws {
        let transport = ScriptedTransport { _, _ in try .refusal(.rateLimited) }
        let error = await #expect(throws: ClientError.self) { _ = try await service(transport).events() }
        #expect(error?.code == .refused(.rateLimited))
    }

    private func service(_ transport: ScriptedTransport) throws -> HTTPKeyStoreService {
        let tokens = SessionTokens(
            accessToken: "access", accessExpires: 10_000, refreshToken: "refresh", refreshExpires: 10_000)
        return HTTPKeyStoreService(
            ServerConnection(
                role: .keyStore, origin: try Origin(typed: "https://home.example.org"), transport: transport,
                now: { 1_000 }, tokens: tokens))
    }
}
