import AsyncHTTPClient
import Foundation
import KeyStoreServer
import NIOCore
import NIOHTTP1
import ServerKit
import Testing

/// More than a server bargains for: it answers clearly, and goes on.
@Suite(.timeLimit(.minutes(2))) struct CrowdTests {
    @Test func aMegabyteOfHeaderFieldsIsRefused() async throws {
        let server = try await RunningKeyStore.start()
        for fields in [["X-Large": String(repeating: "a", count: 1 << 20)], many(10_000)] {
            do {
                let answer = try await server.http.send(.GET, "/health", headers: fields)
                #expect([400, 431].contains(answer.status))
            } catch is HTTPClientError {
                // It may close the connection while the fields are still coming.
            } catch is IOError {
            } catch is ChannelError {
            }
            #expect(try await server.http.send(.GET, "/health").status == 200)
        }
        await server.stop()
    }

    @Test func fiveThousandIdleConnectionsKeepNobodyOut() async throws {
        let server = try await ServerBinary(try TemporaryFolder(), options: ["--max-connections", "6000"])
        let port = try #require(URL(string: server.origin)?.port)
        // In a process of their own, so that this one does not run out of files.
        let crowd = Process()
        crowd.executableURL = URL(filePath: "/usr/bin/env")
        crowd.arguments = [
            "python3", "-c",
            """
            import socket, sys, resource
            resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
            all = [socket.create_connection(("127.0.0.1", \(port))) for _ in range(5000)]
            print("connected", flush=True)
            sys.stdin.read()
            """,
        ]
        let (input, output) = (Pipe(), Pipe())
        crowd.standardInput = input
        crowd.standardOutput = output
        try crowd.run()
        defer {
            try? input.fileHandleForWriting.close()
            crowd.waitUntilExit()
        }
        let said = await Task.detached { output.fileHandleForReading.availableData }.value
        #expect(String(decoding: said, as: UTF8.self).hasPrefix("connected"))
        #expect(try await server.http.send(.GET, "/health").status == 200)
        let metrics = String(decoding: try await server.http.send(.GET, "/metrics").body, as: UTF8.self)
        let count = metrics.firstMatch(of: /\ncloudmls_connections ([0-9]+)\n/).flatMap { Int($0.output.1) }
        #expect(count.map { $0 > 5_000 } == true)
        #expect(server.stop() == 0)
    }

    @Test func aConnectionThatNeverAsksIsClosed() async throws {
        let server = try await RunningKeyStore.start { $0.service.firstRequestGrace = .milliseconds(200) }
        let port = try #require(URL(string: server.http.origin)?.port)
        for beginning in ["", "GET /health HTTP/1.1\r\nHost: a\r\n"] {
            let answer = try await RequestPaceTests.everything(from: UInt16(port), after: beginning)
            #expect(!answer.hasPrefix("HTTP/1.1 200"))
        }
        #expect(try await server.http.send(.GET, "/health").status == 200)
        await server.stop()
    }

    private func many(_ count: Int) -> [String: String] {
        Dictionary(uniqueKeysWithValues: (0..<count).map { ("X-\($0)", String(repeating: "b", count: 100)) })
    }
}
