import CloudMLSAPI
import Foundation
import KeyHierarchy
import KeyStoreServer
import NIOHTTP1
import ServerKit
import Testing

@Suite struct RestoreTests {
    @Test func itIsTheSameServerInANewLife() async throws {
        let store = try await BackedUpStore()
        try store.backUp()
        let outcome = try store.restore()
        let aside = try #require(outcome.keptAside)
        #expect(FileManager.default.fileExists(atPath: aside))
        let after = try await store.expectEverything()
        #expect(after.serverID == store.info.serverID)
        #expect(after.incarnation != store.info.incarnation)
        // The one that was kept aside is a backup as well.
        _ = try BackupVerification(KeyStoreSchema.schema).verify(aside)
    }

    @Test func nobodyStaysSignedInAndCodesAreVoid() async throws {
        let first = try await RunningKeyStore.start()
        let alice = try await first.firstUser()
        let code = try await Invitation.make(
            dataFolder: first.folder.dataFolder, publicURL: nil, clock: first.clock.clock)
        let backup = first.folder.url.appending(path: "backup").path
        _ = try BackupWriter(KeyStoreSchema.schema).write(
            DataFolder(existing: first.folder.dataFolder), to: backup, replacing: false)
        #expect(
            try startupErrorCode {
                _ = try Restoration(KeyStoreSchema.schema).restore(
                    backup, into: first.folder.dataFolder, replacing: true)
            } == .inUse)
        await first.stop()
        _ = try Restoration(KeyStoreSchema.schema).restore(backup, into: first.folder.dataFolder, replacing: true)
        let second = try await RunningKeyStore.start(in: first.folder, clock: first.clock)
        let before = SignedInUser(user: alice.user, at: second.http, tokens: alice.tokens)
        #expect(try await !before.isSignedIn())
        expect(try await before.refresh(), .invalidRefreshToken)
        let bob = try TestUser("bob")
        await #expect(throws: TestUser.Refused.self) { try await bob.register(at: second.http, token: code.token) }
        #expect(try await alice.user.signIn(at: second.http).isSignedIn())
        await second.stop()
    }

    @Test func itReplacesADatabaseOnlyOnDemand() async throws {
        let store = try await BackedUpStore()
        try store.backUp()
        #expect(try startupErrorCode { try store.restore(replacing: false) } == .cannotCreate)
        #expect(try await store.expectEverything() == store.info)
        let elsewhere = try TemporaryFolder()
        let outcome = try Restoration(KeyStoreSchema.schema).restore(
            store.path("backup"), into: elsewhere.dataFolder, replacing: false)
        #expect(outcome.keptAside == nil)
        let database = elsewhere.dataFolder + "/data.sqlite"
        #expect(try FileManager.default.attributesOfItem(atPath: database)[.posixPermissions] as? Int == 0o600)
    }

    /// SQLite applies a journal to whatever database stands beside it.
    @Test func theOldJournalIsNotAppliedToTheNewDatabase() async throws {
        let store = try await BackedUpStore()
        try store.backUp()
        let server = try await ServerBinary(store.folder)
        let alice = try await store.alice.signIn(at: server.http)
        let late = SignedInUser.freshName()
        #expect(try await alice.put(late, [7], ifRevision: 0).status == 200)
        server.kill()
        #expect(FileManager.default.fileExists(atPath: store.database + "-wal"))
        let aside = try #require(try store.restore().keptAside)
        #expect(FileManager.default.fileExists(atPath: aside + "-wal"))
        #expect(try store.files().filter { $0.hasPrefix("data/data.sqlite-") } == [])
        let again = try await RunningKeyStore.start(in: store.folder)
        let user = try await store.alice.signIn(at: again.http)
        #expect(try await user.get(late).status == 404)
        await again.stop()
        // And the old one is whole, with its journal.
        try store.restore(URL(filePath: aside).pathComponents.suffix(2).joined(separator: "/"))
        let old = try await RunningKeyStore.start(in: store.folder)
        #expect(try await store.alice.signIn(at: old.http).get(late).body == [7])
        await old.stop()
    }

    @Test func aCommandThatHasTheDatabaseOpenIsWaitedFor() async throws {
        let store = try await BackedUpStore()
        try store.backUp()
        let command = try DataFolder(existing: store.dataFolder)
        #expect(try startupErrorCode { try store.restore() } == .inUse)
        withExtendedLifetime(command) {}
        _ = consume command
        try store.restore()
    }
}
