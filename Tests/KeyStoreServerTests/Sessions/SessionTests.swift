import CloudMLSAPI
import Foundation
import GRDB
import KeyStoreServer
import NIOHTTP1
import ServerKit
import Testing

@Suite struct SessionTests {
    @Test func anAccessTokenExpires() async throws {
        let server = try await RunningKeyStore.start()
        let alice = try await server.firstUser()
        server.clock.advance(by: Limits.accessTokenLifetime - 1)
        #expect(try await alice.isSignedIn())
        server.clock.advance(by: 1)
        expect(try await alice.http.send(.GET, "/v1/keyring"), .invalidToken)
        let tokens = try await alice.refresh().json(SessionTokens.self)
        #expect(try await SignedInUser(user: alice.user, at: server.http, tokens: tokens).isSignedIn())
        await server.stop()
    }

    @Test func aRefreshTokenExpires() async throws {
        let server = try await RunningKeyStore.start()
        let alice = try await server.firstUser()
        server.clock.advance(by: Limits.refreshTokenLifetime)
        expect(try await alice.refresh(), .invalidRefreshToken)
        await server.stop()
    }

    @Test func aRefreshReplacesBothTokens() async throws {
        let server = try await RunningKeyStore.start()
        let old = try await server.firstUser()
        let tokens = try await old.refresh().json(SessionTokens.self)
        let new = SignedInUser(user: old.user, at: server.http, tokens: tokens)
        #expect(try await new.isSignedIn())
        expect(try await old.http.send(.GET, "/v1/keyring"), .invalidToken)
        await server.stop()
    }

    @Test func aRefreshTokenUsedTwiceEndsTheSession() async throws {
        let server = try await RunningKeyStore.start()
        let alice = try await server.firstUser()
        let otherSession = try await alice.user.signIn(at: server.http)
        let second = SignedInUser(
            user: alice.user, at: server.http, tokens: try await alice.refresh().json(SessionTokens.self))
        let third = SignedInUser(
            user: alice.user, at: server.http, tokens: try await second.refresh().json(SessionTokens.self))
        expect(try await alice.refresh(), .invalidRefreshToken)
        #expect(try await !third.isSignedIn())
        expect(try await third.refresh(), .invalidRefreshToken)
        #expect(try await otherSession.isSignedIn())
        await server.stop()
    }

    @Test func logoutEndsTheSessionAtOnce() async throws {
        let server = try await RunningKeyStore.start()
        let alice = try await server.firstUser()
        #expect(try await alice.http.send(.POST, "/v1/auth/logout").status == 204)
        expect(try await alice.http.send(.GET, "/v1/keyring"), .invalidToken)
        expect(try await alice.refresh(), .invalidRefreshToken)
        await server.stop()
    }

    @Test(arguments: ["", "Bearer", "Bearer x", "Basic YTpi", "Bearer " + String(repeating: "A", count: 43)])
    func whatIsNoTokenIsRefused(authorization: String) async throws {
        let server = try await RunningKeyStore.start()
        _ = try await server.firstUser()
        let answer = try await server.http.send(.GET, "/v1/keyring", headers: ["Authorization": authorization])
        expect(answer, .invalidToken)
        #expect(answer.headers.first(name: "WWW-Authenticate") == "Bearer")
        await server.stop()
    }

    @Test func onlyHashesOfTokensAreStored() async throws {
        let server = try await RunningKeyStore.start()
        let alice = try await server.firstUser()
        let token = try #require(Token(alice.tokens.accessToken))
        let rows = try await server.application.core.database.read { db in
            try Row.fetchAll(db, sql: "SELECT access_hash, refresh_hash, length(access_hash) AS size FROM sessions")
                .map { ($0.bytes("access_hash"), $0.unsigned("size")) }
        }
        #expect(rows.map(\.0) == [token.hash])
        #expect(rows.map(\.1) == [32])
        await server.stop()
    }
}
