import CloudMLSAPI
import GRDB
import MLS
import MLSCodec
import MLSCrypto
import ServerKit

/// Looks at every row of the auth-delivery server's own tables.
enum DeliveryRowChecks {
    static func run(in db: Database, _ findings: inout RowFindings) throws {
        let newest = try Int64.fetchOne(db, sql: "SELECT newest FROM identity_history WHERE id = 1")
        findings.expect((newest ?? -1) >= 0, "there is no count of identity keys")
        try checkAccounts(in: db, &findings)
        try checkIdentityKeys(in: db, newest: newest ?? 0, &findings)
        try checkKeyPackages(in: db, &findings)
        try checkAnswers(in: db, &findings)
        try GroupRowChecks(newestIdentity: newest ?? 0).run(in: db, &findings)
        try InboxRowChecks.run(in: db, &findings)
        try checkSealedRecords(in: db, &findings)
    }

    private static func checkAccounts(in db: Database, _ findings: inout RowFindings) throws {
        var count = 0
        let rows = try Row.fetchCursor(db, sql: "SELECT id, address FROM accounts")
        while let row = try rows.next() {
            count += 1
            findings.expect(
                AccountAddress(row["address"] as String) != nil,
                "account \(row["id"] as Int64) has an address that cannot be one")
        }
        findings.count("accounts", count)
    }

    private static func checkIdentityKeys(in db: Database, newest: Int64, _ findings: inout RowFindings) throws {
        let rows = try Row.fetchCursor(db, sql: "SELECT * FROM identity_keys")
        while let row = try rows.next() {
            let history: Int64 = row["history"]
            let replaced: Int64? = row["replaced"]
            findings.expect(
                UInt16(exactly: row["scheme"] as Int64).map {
                    CipherSuiteRules.isPublicKey(row.bytes("public_key"), of: $0)
                } == true, "identity key \(history) is not of its form")
            findings.expect(
                (1...max(1, newest)).contains(history)
                    && replaced.map { $0 > history && $0 <= newest } != false,
                "identity key \(history) has no place in the history")
            findings.expect(
                row["revoked"] as Int64 == 0 || (row["revoked"] as Int64 == 1 && replaced != nil),
                "identity key \(history) was revoked before it was replaced")
        }
    }

    /// What is handed out must be what was uploaded: its reference says so (RFC 9420 §5.2).
    private static func checkKeyPackages(in db: Database, _ findings: inout RowFindings) throws {
        var count = 0
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT key_packages.*, address FROM key_packages JOIN accounts ON accounts.id = account_id
                """)
        while let row = try rows.next() {
            count += 1
            let body = row.bytes("body")
            let keyPackage = try? KeyPackage(decoding: body)
            let provider = keyPackage.flatMap { try? SwiftCryptoProvider($0.cipherSuite) }
            findings.expect(
                provider?.makeKeyPackageRef(body).bytes == row.bytes("ref"),
                "KeyPackage \(row["id"] as Int64) is not the one that was uploaded")
            guard let keyPackage, let lifetime = keyPackage.leafNode.source.lifetime else { continue }
            let isOfAccount =
                if case .basic(let identity) = keyPackage.leafNode.credential {
                    identity == Array((row["address"] as String).utf8)
                } else { false }
            findings.expect(
                isOfAccount && Int64(keyPackage.cipherSuite.rawValue) == row["cipher_suite"] as Int64
                    && keyPackage.leafNode.signatureKey.bytes == row.bytes("signature_key")
                    && lifetime.notBefore == row.unsigned("not_before")
                    && lifetime.notAfter == row.unsigned("not_after")
                    && (row["last_resort"] as Int64 == 0 || keyPackage.isLastResort),
                "KeyPackage \(row["id"] as Int64) is not what its row says")
        }
        findings.count("KeyPackages", count)
    }

    private static func checkAnswers(in db: Database, _ findings: inout RowFindings) throws {
        let bad = try Int.fetchOne(
            db,
            sql: """
                SELECT COUNT(*) FROM idempotent_answers
                WHERE length(key) NOT BETWEEN 16 AND 64 OR length(request) <> 32 OR length(answer) = 0
                """)
        findings.expect(bad == 0, "an answer under an idempotency key is not of its form")
    }

    private static func checkSealedRecords(in db: Database, _ findings: inout RowFindings) throws {
        let profiles = try Row.fetchCursor(db, sql: "SELECT user_id, revision FROM profiles")
        var count = 0
        while let row = try profiles.next() {
            count += 1
            findings.expect(
                row.hasRevision("revision"), "the profile of user \(row["user_id"] as Int64) has no revision")
        }
        findings.count("profiles", count)
        let anchors = try Row.fetchCursor(db, sql: "SELECT user_id, name, revision FROM anchors")
        count = 0
        while let row = try anchors.next() {
            count += 1
            let user: Int64 = row["user_id"]
            findings.expect(row.bytes("name").count == 32, "an anchor of user \(user) has a name of another size")
            findings.expect(row.hasRevision("revision"), "an anchor of user \(user) has no revision")
        }
        findings.count("anchors", count)
    }
}

extension LeafNodeSource {
    fileprivate var lifetime: Lifetime? {
        if case .keyPackage(let lifetime) = self { lifetime } else { nil }
    }
}
