import CloudMLSAPI
import Foundation
import KeyHierarchy
import KeyStoreServer
import NIOHTTP1
import ServerKit
import Testing

/// A clock that jumps by a year, as one does whose battery ran out: what ends by it ends or goes on, nothing is lost, and
/// a password lets everybody in again.
@Suite struct ClockTests {
    private static let year = 365 * 86_400

    @Test func aYearAheadEndsSessionsAndSetupCodesAndNothingElse() async throws {
        let server = try await RunningKeyStore.start()
        let alice = try await server.firstUser()
        let name = SignedInUser.freshName()
        #expect(try await alice.put(name, [42], ifRevision: 0).status == 200)
        let code = try await Invitation.make(
            dataFolder: server.folder.dataFolder, publicURL: nil, clock: server.clock.clock)
        let before = try await alice.user.preLogin(at: server.http)

        server.clock.advance(by: Self.year)
        expect(try await alice.http.send(.GET, "/v1/keyring"), .invalidToken)
        expect(try await alice.refresh(), .invalidRefreshToken)
        expect(try await alice.user.login(at: server.http, after: before), .wrongCredentials)
        let bob = try TestUser("bob")
        await #expect(throws: TestUser.Refused.self) { try await bob.register(at: server.http, token: code.token) }
        let again = try await alice.user.signIn(at: server.http)
        #expect(try await again.get(name).body == [42])
        #expect(try await again.put(name, [43], ifRevision: 1).status == 200)
        _ = try await server.nextUser("bob")

        // And back: whoever signed in meanwhile stays signed in, with tokens that can be renewed.
        server.clock.rewind(by: Self.year)
        #expect(try await again.get(name).body == [43])
        let renewed = SignedInUser(user: again.user, at: server.http, tokens: try await again.refresh().json())
        #expect(try await renewed.put(name, [44], ifRevision: 2).status == 200)
        #expect(try await renewed.sessions().contains { $0.isCurrent })
        await server.stop()
    }

    @Test func aYearBackKeepsEverybodySignedIn() async throws {
        let server = try await RunningKeyStore.start()
        let alice = try await server.firstUser()
        let name = SignedInUser.freshName()
        server.clock.rewind(by: Self.year)
        #expect(try await alice.put(name, [1], ifRevision: 0).status == 200)
        let renewed = SignedInUser(user: alice.user, at: server.http, tokens: try await alice.refresh().json())
        let other = try await alice.user.signIn(at: server.http)
        _ = try await server.nextUser("bob")
        // The one that the clock was wrong for may have been ended by then: no more.
        server.clock.advance(by: Self.year)
        expect(try await other.http.send(.GET, "/v1/keyring"), .invalidToken)
        expect(try await renewed.refresh(), .invalidRefreshToken)
        #expect(try await alice.user.signIn(at: server.http).get(name).body == [1])
        await server.stop()
    }

    /// Whatever the clock says, the backup that was made last is one of those that are left.
    @Test func theNewestBackupStays() async throws {
        let folder = try TemporaryFolder()
        let place = folder.url.appending(path: "backups")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        let server = try await RunningKeyStore.start(in: folder) {
            $0.service.backups = BackupSchedule(folder: place.path, interval: 1, keep: 2)
        }
        let alice = try await server.firstUser()
        func backups() throws -> Set<String> {
            Set(try FileManager.default.contentsOfDirectory(atPath: place.path).filter { $0.hasSuffix(".backup") })
        }
        try await eventually { try backups().count == 1 }
        for jump in [Self.year, -2 * Self.year, 10, Self.year] {
            let name = SignedInUser.freshName()
            let before = try backups()
            if jump > 0 { server.clock.advance(by: jump) } else { server.clock.rewind(by: -jump) }
            let user = try await alice.user.signIn(at: server.http)
            #expect(try await user.put(name, [UInt8(before.count)], ifRevision: 0).status == 200)
            try await eventually { try !backups().subtracting(before).isEmpty && backups().count <= 2 }
            let new = try #require(try backups().subtracting(before).first)
            _ = try BackupVerification(KeyStoreSchema.schema).verify(place.appending(path: new).path)
        }
        await server.stop()
    }
}
