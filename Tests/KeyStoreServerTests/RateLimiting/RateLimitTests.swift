import CloudMLSAPI
import KeyHierarchy
import KeyStoreServer
import NIOHTTP1
import ServerKit
import Testing

@Suite struct RateLimitTests {
    @Test(arguments: [true, false])
    func guessingSlowsDown(isKnown: Bool) async throws {
        let server = try await RunningKeyStore.start {
            $0.registration = .open
            $0.service.rateLimits.perName = RateLimitSettings.Rate(burst: 3, perMinute: 6)
        }
        let user = try TestUser("alice")
        if isKnown { try await user.register(at: server.http, token: nil) }
        for _ in 0..<3 {
            expect(try await user.login(at: server.http, key: try .random()), .wrongCredentials)
        }
        let limited = try await user.login(at: server.http, key: try .random())
        expect(limited, .rateLimited)
        #expect(limited.error?.retryAfter == 10)
        #expect(limited.headers.first(name: "Retry-After") == "10")
        // Not for good.
        server.clock.advance(by: 10)
        expect(try await user.login(at: server.http, key: try .random()), .wrongCredentials)
        await server.stop()
    }

    @Test func theOwnerGetsInWhereItWasBefore() async throws {
        let server = try await RunningKeyStore.start {
            $0.service.behindProxy = true
            $0.service.publicURLs = (try? [Origin(typed: "https://keys.example.org")]) ?? []
            $0.service.rateLimits.perName = RateLimitSettings.Rate(burst: 2, perMinute: 1)
        }
        let home = ["X-Forwarded-For": "198.51.100.7"]
        let elsewhere = ["X-Forwarded-For": "198.51.100.7, 203.0.113.9"]
        let user = try await server.firstUser().user
        #expect(try await user.login(at: server.http, headers: home).status == 200)
        var statuses: [Int] = []
        for _ in 0..<3 {
            statuses.append(try await user.login(at: server.http, key: .random(), headers: elsewhere).status)
        }
        #expect(statuses == [401, 401, 429])
        #expect(try await user.login(at: server.http, headers: elsewhere).status == 429)
        #expect(try await user.login(at: server.http, headers: home).status == 200)
        await server.stop()
    }

    @Test func aNetworkHasALimitToo() async throws {
        let server = try await RunningKeyStore.start {
            $0.service.rateLimits.perNetwork = RateLimitSettings.Rate(burst: 2, perMinute: 60)
        }
        for index in 0..<2 { _ = try await TestUser("user\(index)").preLogin(at: server.http) }
        let answer = try await server.http.send(.POST, "/v1/register", body: [])
        expect(answer, .rateLimited)
        server.clock.advance(by: 1)
        expect(try await server.http.send(.POST, "/v1/register", body: []), .badRequest)
        await server.stop()
    }

    @Test func bucketsAreBounded() {
        let buckets = TokenBuckets<Int>(RateLimitSettings.Rate(burst: 2, perMinute: 0), maximumKeys: 8)
        #expect(buckets.take(0, now: 0) == .taken)
        #expect(buckets.take(0, now: 0) == .taken)
        for key in 1..<100 { #expect(buckets.take(key, now: 0) == .taken) }
        // The emptiest is the last to be forgotten.
        #expect(buckets.take(0, now: 0) == .wait(seconds: 3_600))
    }
}
