import AsyncHTTPClient
import CloudMLSAPI
import Foundation
import KeyHierarchy
import NIOCore
import NIOHTTP1
import Testing

/// The executable as people run it.
@Suite struct ExecutableTests {
    @Test func itServesAndInvites() async throws {
        let folder = try TemporaryFolder()
        let server = try await ServerBinary(folder)
        // Standard output is no terminal here: the code must not be in it.
        #expect(try !server.printed.contains(SetupCode.prefix))
        let alice = try TestUser("alice")
        let text = try String(contentsOf: folder.url.appending(path: "data/setup-code"), encoding: .utf8)
        try await alice.register(at: server.http, token: try SetupCode(text: text).token)
        let invitation = try await ServerBinary.run(["invite", "--data", folder.dataFolder])
        #expect(invitation.status == 0)
        let code = try SetupCode(text: invitation.output)
        #expect(code.origin.rawValue == server.origin)
        try await TestUser("bob").register(at: server.http, token: code.token)
        #expect(server.stop() == 0)
    }

    @Test(arguments: [
        (["--hostname", "0.0.0.0"], Int32(78), "--tls-certificate"),
        (["--tls-key", "x"], 78, "--tls-certificate"),
        (["--tls-key", "/nonexistent", "--tls-certificate", "/nonexistent"], 78, "--tls-key"),
        (["--public-url", "keys.example.org"], 78, "--public-url"),
        (["--port", "70000"], 78, "--port"),
        (["--port", "x"], 64, "--port"),
        (["--nonsense"], 64, "--nonsense"),
        (["--registration", "half"], 64, "--registration"),
        (["invite", "--public-url", "x"], 78, "--public-url"),
        (["invite"], 66, "--data"),
    ])
    func whatIsWrongIsSaid(arguments: [String], status: Int32, named: String) async throws {
        let folder = try TemporaryFolder()
        let result = try await ServerBinary.run(arguments + ["--data", folder.dataFolder])
        #expect(result.status == status)
        #expect(result.errors.contains(named))
        #expect(result.output.isEmpty)
    }

    @Test(arguments: [["--help"], ["serve", "--help"], ["invite", "--help"]])
    func helpTeaches(arguments: [String]) async throws {
        let result = try await ServerBinary.run(arguments)
        #expect(result.status == 0)
        #expect(result.output.contains("USAGE: key-store-server"))
    }

    @Test func aRequestThatNeverEndsDoesNotKeepItFromStopping() async throws {
        let server = try await ServerBinary(try TemporaryFolder())
        let (body, continuation) = AsyncStream.makeStream(of: ByteBuffer.self)
        var request = HTTPClientRequest(url: server.origin + "/v1/auth/prelogin")
        request.method = .POST
        request.body = .stream(body, length: .unknown)
        let stuck = Task { [request] in try await HTTPClient.shared.execute(request, timeout: .seconds(60)) }
        continuation.yield(ByteBuffer(string: "{"))
        #expect(try await server.http.send(.GET, "/health").status == 200)
        #expect(server.stop() == 0)
        stuck.cancel()
        continuation.finish()
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/proc/self/status"), "there is no /proc here"))
    func itTakesLittleMemory() async throws {
        let folder = try TemporaryFolder()
        let server = try await ServerBinary(folder)
        #expect(try await server.http.send(.GET, "/health").status == 200)
        let status = try String(contentsOfFile: "/proc/\(server.identifier)/status", encoding: .utf8)
        let line = try #require(status.firstMatch(of: /RssAnon:\s+([0-9]+) kB/))
        #expect(try #require(Int(line.output.1)) < 20 * 1_024)
        #expect(server.stop() == 0)
    }
}
