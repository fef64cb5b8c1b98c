import GRDB
import ServerKit

extension SQLiteTransaction {
    func keyPackage(_ ref: [UInt8]) throws -> StoredKeyPackage? {
        try first("SELECT * FROM key_packages WHERE ref = ?", [ref.blob]).map(Self.keyPackage)
    }

    func insertKeyPackage(_ keyPackage: StoredKeyPackage) throws {
        try run(
            """
            INSERT INTO key_packages
                (ref, account_id, cipher_suite, body, signature_key, not_before, not_after, last_resort, state)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                keyPackage.ref.blob, keyPackage.account.rawValue, keyPackage.cipherSuite, keyPackage.body.blob,
                keyPackage.signatureKey.blob, keyPackage.notBefore.stored, keyPackage.notAfter.stored,
                keyPackage.lastResort, keyPackage.state.rawValue,
            ])
    }

    func availableKeyPackages(of account: AccountID, cipherSuite: UInt16, at time: UInt64) throws -> Int {
        Int(
            try integer(
                """
                SELECT COUNT(*) FROM key_packages
                WHERE account_id = ? AND cipher_suite = ? AND last_resort = 0 AND state = 'available' AND not_after >= ?
                """, [account.rawValue, cipherSuite, time.stored]))
    }

    func claimableKeyPackage(of account: AccountID, cipherSuite: UInt16, at time: UInt64) throws -> StoredKeyPackage? {
        try first(
            """
            SELECT * FROM key_packages
            WHERE account_id = ? AND cipher_suite = ? AND state = 'available' AND not_before <= ? AND not_after >= ?
            ORDER BY last_resort, not_after, id LIMIT 1
            """, [account.rawValue, cipherSuite, time.stored, time.stored]
        ).map(Self.keyPackage)
    }

    func setState(_ state: StoredKeyPackage.State, ofKeyPackage ref: [UInt8]) throws {
        try run("UPDATE key_packages SET state = ? WHERE ref = ?", [state.rawValue, ref.blob])
    }

    func withdrawKeyPackages(of account: AccountID, cipherSuites: [UInt16], except signatureKey: [UInt8]?) throws {
        for suite in cipherSuites {
            try run(
                """
                UPDATE key_packages SET state = 'withdrawn'
                WHERE account_id = ? AND cipher_suite = ? AND state = 'available' AND signature_key IS NOT ?
                """, [account.rawValue, suite, signatureKey?.blob])
        }
    }

    func withdrawLastResorts(of account: AccountID, cipherSuite: UInt16, except ref: [UInt8]) throws {
        try run(
            """
            UPDATE key_packages SET state = 'withdrawn'
            WHERE account_id = ? AND cipher_suite = ? AND state = 'available' AND last_resort = 1 AND ref <> ?
            """, [account.rawValue, cipherSuite, ref.blob])
    }

    func withdrawKeyPackages(of account: AccountID, except refs: Set<[UInt8]>) throws {
        let unused = try all(
            "SELECT ref FROM key_packages WHERE account_id = ? AND state IN ('available', 'claimed')",
            [account.rawValue]
        ).map { $0.bytes("ref") }
        for ref in unused where !refs.contains(ref) { try setState(.withdrawn, ofKeyPackage: ref) }
    }

    func recordClaim(of ref: [UInt8], by user: UserID, at time: UInt64) throws {
        try run(
            "INSERT OR IGNORE INTO key_package_claims (ref, user_id, at) VALUES (?, ?, ?)",
            [ref.blob, user.rawValue, time.stored])
    }

    func hasClaimed(_ ref: [UInt8], user: UserID) throws -> Bool {
        try integer(
            "SELECT COUNT(*) FROM key_package_claims WHERE ref = ? AND user_id = ?", [ref.blob, user.rawValue]) > 0
    }

    func deleteKeyPackages(availableExpiredBefore: UInt64, othersExpiredBefore: UInt64) throws {
        try run(
            "DELETE FROM key_packages WHERE not_after < ? AND (state = 'available' OR not_after < ?)",
            [availableExpiredBefore.stored, othersExpiredBefore.stored])
    }

    private static func keyPackage(_ row: Row) throws -> StoredKeyPackage {
        guard let state = StoredKeyPackage.State(rawValue: row["state"]) else {
            throw DamagedRow(table: "key_packages")
        }
        return StoredKeyPackage(
            ref: row.bytes("ref"), account: AccountID(row["account_id"]), cipherSuite: row["cipher_suite"],
            body: row.bytes("body"), signatureKey: row.bytes("signature_key"),
            notBefore: row.unsigned("not_before"), notAfter: row.unsigned("not_after"),
            lastResort: row["last_resort"], state: state)
    }
}
