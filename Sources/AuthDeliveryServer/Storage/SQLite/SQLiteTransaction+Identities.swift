import CloudMLSAPI
import GRDB
import ServerKit

extension SQLiteTransaction {
    func newestIdentityHistory() throws -> UInt64 {
        UInt64(clamping: try integer("SELECT newest FROM identity_history WHERE id = 1"))
    }

    func nextIdentityHistory() throws -> UInt64 {
        try run("UPDATE identity_history SET newest = newest + 1 WHERE id = 1")
        return try newestIdentityHistory()
    }

    func identityKeys(of account: AccountID) throws -> [IdentityKeyRecord] {
        try all("SELECT * FROM identity_keys WHERE account_id = ? ORDER BY history", [account.rawValue])
            .map(Self.identityKey)
    }

    func currentIdentityKey(of account: AccountID, scheme: UInt16) throws -> IdentityKeyRecord? {
        try first(
            "SELECT * FROM identity_keys WHERE account_id = ? AND scheme = ? AND replaced IS NULL",
            [account.rawValue, scheme]
        ).map(Self.identityKey)
    }

    func insertIdentityKey(_ key: IdentityKey, of account: AccountID, history: UInt64) throws {
        try run(
            "INSERT INTO identity_keys (history, account_id, scheme, public_key) VALUES (?, ?, ?, ?)",
            [history.stored, account.rawValue, key.scheme, key.publicKey.array.blob])
    }

    func endIdentityKey(history: UInt64, replaced: UInt64) throws {
        try run("UPDATE identity_keys SET replaced = ? WHERE history = ?", [replaced.stored, history.stored])
    }

    func revokeReplacedIdentityKeys(of account: AccountID, scheme: UInt16) throws {
        try run(
            "UPDATE identity_keys SET revoked = 1 WHERE account_id = ? AND scheme = ? AND replaced IS NOT NULL",
            [account.rawValue, scheme])
    }

    private static func identityKey(_ row: Row) -> IdentityKeyRecord {
        IdentityKeyRecord(
            key: IdentityKey(scheme: row["scheme"], publicKey: Bytes(row.bytes("public_key"))),
            history: row.unsigned("history"),
            replaced: (row["replaced"] as Int64?).map(UInt64.init(clamping:)),
            revoked: row["revoked"])
    }
}
