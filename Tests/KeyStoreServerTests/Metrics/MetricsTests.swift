import CloudMLSAPI
import Foundation
import KeyHierarchy
import KeyStoreServer
import NIOHTTP1
import ServerKit
import Testing

@Suite struct MetricsTests {
    @Test func itCountsWithoutNames() async throws {
        let server = try await RunningKeyStore.start {
            $0.service.rateLimits.perName = RateLimitSettings.Rate(burst: 2, perMinute: 1)
        }
        let alice = try await server.firstUser()
        _ = try await alice.get([UInt8](repeating: 0xab, count: 32))
        for _ in 0..<3 { _ = try await TestUser("mallory").login(at: server.http, key: .random()) }
        _ = try await server.http.send(.init(rawValue: "INVENTED"), "/health")
        let answer = try await server.http.send(.GET, "/metrics")
        #expect(answer.status == 200)
        #expect(answer.headers.first(name: "Content-Type")?.hasPrefix("text/plain; version=0.0.4") == true)
        let text = String(decoding: answer.body, as: UTF8.self)
        let lines = text.split(separator: "\n")
        for line in [
            #"cloudmls_logins_total{outcome="succeeded"} 1"#, #"cloudmls_logins_total{outcome="failed"} 2"#,
            #"cloudmls_logins_total{outcome="limited"} 1"#,
            #"cloudmls_http_requests_total{method="POST",route="/v1/auth/login",status="401"} 2"#,
            #"cloudmls_http_request_duration_seconds_count{route="/v1/auth/login"} 4"#,
            #"cloudmls_http_request_duration_seconds_bucket{route="/v1/auth/login",le="+Inf"} 4"#,
        ] {
            #expect(lines.contains(Substring(line)), "\(line)")
        }
        for name in [
            "cloudmls_connections", "cloudmls_database_bytes", "cloudmls_database_wal_bytes",
            "process_resident_memory_bytes", "cloudmls_uptime_seconds",
        ] {
            #expect(lines.contains { $0.hasPrefix("\(name) ") }, "\(name)")
        }
        for secret in ["alice", "mallory", "abab", "INVENTED", "127.0.0.1"] { #expect(!text.contains(secret)) }
        await server.stop()
    }

    @Test func itIsForThisMachineOnly() async throws {
        let server = try await RunningKeyStore.start()
        for field in ["X-Forwarded-For", "Forwarded"] {
            expect(try await server.http.send(.GET, "/metrics", headers: [field: "for=198.51.100.7"]), .notFound)
        }
        await server.stop()
        let proxied = try await RunningKeyStore.start {
            $0.service.behindProxy = true
            $0.service.publicURLs = (try? [Origin(typed: "https://keys.example.org")]) ?? []
        }
        expect(try await proxied.http.send(.GET, "/metrics"), .notFound)
        await proxied.stop()
    }

    @Test func itCanHaveAPortOfItsOwn() async throws {
        // A port that was free a moment ago.
        let other = try await RunningKeyStore.start()
        let port = Int(try Origin(typed: other.http.origin).port)
        await other.stop()
        let server = try await RunningKeyStore.start { $0.service.metricsPort = port }
        expect(try await server.http.send(.GET, "/metrics"), .notFound)
        let apart = TestHTTP(origin: "http://127.0.0.1:\(port)")
        var answer = try? await apart.send(.GET, "/metrics")
        while answer == nil { answer = try? await apart.send(.GET, "/metrics") }
        #expect(answer?.status == 200)
        #expect(try await apart.send(.GET, "/health").status == 404)
        await server.stop()
    }

    @Test func linesOfTheLogCanBeJSON() async throws {
        struct Line: Decodable {
            var time: String
            var level: String
            var message: String
        }
        let folder = try TemporaryFolder()
        let server = try await ServerBinary(
            folder, options: ["--log-format", "json", "--log-level", "info", "--registration", "open"])
        try await TestUser("alice").register(at: server.http, token: nil)
        _ = try await TestUser("alice").login(at: server.http, key: .random())
        #expect(server.stop() == 0)
        let lines = try server.errors.split(separator: "\n")
        let decoded = lines.compactMap { line in
            let decoded = try? JSONDecoder().decode(Line.self, from: Data(line.utf8))
            #expect(decoded != nil, "\(line)")
            return decoded
        }
        #expect(decoded.contains { $0.message.contains("POST /v1/auth/login 401") && $0.level == "info" })
        #expect(try !server.errors.contains("alice"))
    }
}
