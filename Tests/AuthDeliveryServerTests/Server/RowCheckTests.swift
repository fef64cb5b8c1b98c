import AuthDeliveryServer
import CloudMLSAPI
import Foundation
import GRDB
import ServerKit
import Testing

/// The rules of the server's own tables that no database can state: a backup with a row that breaks one is no good backup.
@Suite struct RowCheckTests {
    /// The data of a server that was used: two members, a log with two commits and a proposal, entries in both inboxes, a
    /// profile and an anchor.
    private static let used = Task { () async throws -> TemporaryFolder in
        let folder = TemporaryFolder()
        try await TestServer.run(folder: folder) { server in
            let alice = try await server.member("alice", keyPackages: 1)
            let bob = try await server.member("bob", keyPackages: 2)
            _ = try await bob.upload([], lastResort: bob.keyPackage(lastResort: true).keyPackage)
            _ = try await alice.withNewKey().registerKey()
            let group = try await alice.createGroup()
            #expect(try await alice.add([bob], to: group, epoch: 0).epoch == 1)
            _ = try await alice.post(alice.proposal(group, epoch: 1), to: group)
            #expect(try await bob.post(bob.commit(group, epoch: 1), to: group).epoch == 2)
            _ = try await alice.void(alice.commit(group, epoch: 2), in: group)
            let new = ["If-None-Match": "*"]
            let _: WriteResult = try await alice.user.put("/v1/profile", ProfileWrite(body: [1]), headers: new)
            let _: WriteResult = try await alice.user.put(
                "/v1/anchors/\([UInt8](repeating: 7, count: 32).hex)", AnchorWrite(body: [1]), headers: new)
        }
        return folder
    }

    /// Looks through the database after a change that a plain copy shows nothing of but in its rows.
    private func verify(after change: String) async throws -> BackupReport {
        let used = try await Self.used.value
        let folder = TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
        let copy = folder.path + "/copy"
        try FileManager.default.copyItem(atPath: used.path + "/data.sqlite", toPath: copy)
        let queue = try DatabaseQueue(path: copy)
        try await queue.writeWithoutTransaction {
            try $0.execute(sql: "PRAGMA foreign_keys = OFF; PRAGMA journal_mode = DELETE; \(change)")
            #expect(change.isEmpty || $0.changesCount > 0)
        }
        try queue.close()
        return try BackupVerification(DeliverySchema.schema).verify(copy)
    }

    @Test func whatAServerWroteIsGood() async throws {
        let counts = Dictionary(try await verify(after: "").findings.counts.map { ($0.what, $0.count) }) { $1 }
        #expect(counts["accounts"] == 2)
        #expect(counts["KeyPackages"] == 4)
        #expect(counts["groups"] == 1)
        #expect(counts["log entries"] == 3)
        #expect((counts["inbox entries"] ?? 0) >= 4)
        #expect(counts["profiles"] == 1)
        #expect(counts["anchors"] == 1)
    }

    @Test(arguments: [
        "UPDATE accounts SET address = 'nobody' WHERE id = 1",
        "UPDATE identity_history SET newest = 0", "DELETE FROM identity_history",
        "UPDATE identity_keys SET public_key = x'00' WHERE history = 1",
        "UPDATE identity_keys SET scheme = 70000 WHERE history = 1",
        "UPDATE identity_keys SET replaced = 1 WHERE history = 1",
        "UPDATE identity_keys SET revoked = 1 WHERE replaced IS NULL",
        "UPDATE key_packages SET body = x'00' WHERE id = 1",
        "UPDATE key_packages SET ref = zeroblob(32) WHERE id = 1",
        "UPDATE key_packages SET body = (SELECT body FROM key_packages WHERE id = 2) WHERE id = 1",
        "UPDATE key_packages SET account_id = 3 - account_id WHERE id = 1",
        "UPDATE key_packages SET not_after = not_after + 1 WHERE id = 1",
        "UPDATE key_packages SET cipher_suite = 3 WHERE id = 1",
        "UPDATE key_packages SET last_resort = 1 WHERE last_resort = 0",
        "UPDATE key_packages SET signature_key = x'00' WHERE id = 1",
        "UPDATE idempotent_answers SET request = x'00'", "UPDATE idempotent_answers SET key = x'00'",
        "UPDATE mls_groups SET group_id = x'00'", "UPDATE mls_groups SET cipher_suite = 9",
        "UPDATE mls_groups SET epoch = epoch + 1", "UPDATE mls_groups SET epoch = epoch - 1",
        "UPDATE mls_groups SET sequence = 1",
        "UPDATE memberships SET from_sequence = 0 WHERE id = 1", "UPDATE memberships SET to_sequence = 99 WHERE id = 1",
        "UPDATE log_entries SET message = x'00' WHERE id = 1",
        "UPDATE log_entries SET hash = zeroblob(32) WHERE id = 2",
        "UPDATE log_entries SET sequence = 99 WHERE id = 3", "UPDATE log_entries SET epoch = 9 WHERE id = 2",
        "UPDATE log_entries SET confirmation = NULL WHERE kind = 'commit'",
        "UPDATE log_entries SET identity_history = 99 WHERE id = 1",
        "UPDATE log_entries SET kind = 'commit' WHERE kind = 'proposal'",
        "UPDATE accepted_commits SET hash = zeroblob(32) WHERE epoch = 0",
        "DELETE FROM accepted_commits WHERE epoch = 0",
        "UPDATE accepted_commits SET sequence = 99 WHERE epoch = 1",
        "UPDATE voided_commits SET epoch = 9", "UPDATE voided_commits SET hash = x'00'",
        "INSERT INTO commit_reports VALUES (1, 9, 1, 'applied')",
        "UPDATE inboxes SET pending = pending + 1", "UPDATE inboxes SET last_number = 0", "DELETE FROM inboxes",
        "DELETE FROM log_entries WHERE id = 3",
        "UPDATE inbox_entries SET sequence = 99 WHERE group_row IS NOT NULL",
        "UPDATE inbox_entries SET group_row = 1, sequence = 1 WHERE welcome_id IS NOT NULL",
        "UPDATE inbox_entries SET account_id = 1 WHERE welcome_id IS NOT NULL",
        "UPDATE inbox_entries SET key_package_ref = NULL WHERE welcome_id IS NOT NULL",
        "UPDATE welcomes SET epoch = 9", "UPDATE welcomes SET message = x''",
        "UPDATE profiles SET revision = 0", "UPDATE anchors SET revision = 0", "UPDATE anchors SET name = x'00'",
    ])
    func everyRowIsLookedAt(change: String) async throws {
        let error = await #expect(throws: StartupError.self) { try await verify(after: change) }
        #expect(error?.exitCode == .damaged)
    }
}
