import CloudMLSAPI
import Foundation
import GRDB
import KeyHierarchy
import KeyStoreServer
import NIOHTTP1
import ServerKit
import Testing

/// Login limits survive a restart, and never keep an owner out for good.
@Suite(.timeLimit(.minutes(2))) struct LimitsOverRestartsTests {
    private static let options = ["--registration", "open", "--login-rate", "1"]

    @Test(arguments: [true, false])
    func aRestartIsNoFreshStart(isKilled: Bool) async throws {
        let folder = try TemporaryFolder()
        let first = try await ServerBinary(folder, options: Self.options)
        let mallory = try TestUser("alice")
        // Ten at once, then one a minute.
        for _ in 0..<10 { expect(try await mallory.login(at: first.http, key: .random()), .wrongCredentials) }
        expect(try await mallory.login(at: first.http, key: .random()), .rateLimited)
        if isKilled {
            while try await !isStored(in: folder) { await Task.yield() }
            first.kill()
        } else {
            #expect(first.stop() == 0)
        }
        #expect(try await names(in: folder).isEmpty)
        let second = try await ServerBinary(folder, options: Self.options)
        expect(try await mallory.login(at: second.http, key: .random()), .rateLimited)
        #expect(second.stop() == 0)
    }

    @Test func anOwnerIsStillKnownAtHome() async throws {
        func configure(_ configuration: inout KeyStoreConfiguration) {
            configuration.service.behindProxy = true
            configuration.service.publicURLs = (try? [Origin(typed: "https://keys.example.org")]) ?? []
            configuration.service.rateLimits.perName = RateLimitSettings.Rate(burst: 2, perMinute: 1)
        }
        let home = ["X-Forwarded-For": "198.51.100.7"]
        let elsewhere = ["X-Forwarded-For": "203.0.113.9"]
        let first = try await RunningKeyStore.start { configure(&$0) }
        let user = try await first.firstUser().user
        #expect(try await user.login(at: first.http, headers: home).status == 200)
        for _ in 0..<2 { _ = try await user.login(at: first.http, key: .random(), headers: elsewhere) }
        await first.stop()
        let second = try await RunningKeyStore.start(in: first.folder) { configure(&$0) }
        #expect(try await user.login(at: second.http, headers: elsewhere).status == 429)
        #expect(try await user.login(at: second.http, headers: home).status == 200)
        // Guesses at keys that cannot be guessed keep nobody out: each network has its own count.
        for _ in 0..<3 { _ = try await user.login(at: second.http, kind: .device, key: .random(), headers: elsewhere) }
        let third = ["X-Forwarded-For": "192.0.2.44"]
        #expect(try await user.login(at: second.http, kind: .device, key: .random(), headers: elsewhere).status == 429)
        #expect(try await user.login(at: second.http, kind: .device, key: .random(), headers: third).status == 401)
        await second.stop()
    }

    @Test func aClockThatJumpsLocksNobodyOut() async throws {
        let server = try await RunningKeyStore.start {
            $0.registration = .open
            $0.service.rateLimits.perName = RateLimitSettings.Rate(burst: 1, perMinute: 6)
        }
        let user = try TestUser("alice")
        let year = 365 * 86_400
        server.clock.advance(by: year)
        expect(try await user.login(at: server.http, key: .random()), .wrongCredentials)
        server.clock.rewind(by: 2 * year)
        let limited = try await user.login(at: server.http, key: .random())
        expect(limited, .rateLimited)
        #expect(limited.error?.retryAfter == 10)
        server.clock.advance(by: 10)
        expect(try await user.login(at: server.http, key: .random()), .wrongCredentials)
        // Sessions and setup codes that a jump ended are refused as such, and new ones work.
        try await user.register(at: server.http, token: nil)
        let other = try TestUser("bob")
        try await other.register(at: server.http, token: nil)
        let session = try await other.signIn(at: server.http)
        server.clock.advance(by: year)
        #expect(try await !session.isSignedIn())
        expect(try await session.refresh(), .invalidRefreshToken)
        #expect(try await other.signIn(at: server.http).isSignedIn())
        await server.stop()
    }

    private func isStored(in folder: TemporaryFolder) async throws -> Bool {
        try await DatabaseQueue(path: folder.dataFolder + "/data.sqlite").read {
            try Bool.fetchOne(
                $0, sql: "SELECT EXISTS (SELECT 1 FROM login_buckets WHERE scope = 'name' AND tokens < 1)")
        } ?? false
    }

    /// Rows that hold a name or an address as it is.
    private func names(in folder: TemporaryFolder) async throws -> [Data] {
        try await DatabaseQueue(path: folder.dataFolder + "/data.sqlite").read {
            try Data.fetchAll($0, sql: "SELECT key FROM login_buckets WHERE length(key) <> 16")
        }
    }
}
