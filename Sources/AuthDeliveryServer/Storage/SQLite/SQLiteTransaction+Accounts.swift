import CloudMLSAPI
import GRDB
import ServerKit

extension SQLiteTransaction {
    func account(_ address: AccountAddress) throws -> StoredAccount? {
        try first("SELECT id, address, user_id FROM accounts WHERE address = ?", [address.description])
            .map(Self.account)
    }

    func account(_ id: AccountID) throws -> StoredAccount? {
        try first("SELECT id, address, user_id FROM accounts WHERE id = ?", [id.rawValue]).map(Self.account)
    }

    func accounts(of user: UserID) throws -> [StoredAccount] {
        try all("SELECT id, address, user_id FROM accounts WHERE user_id = ? ORDER BY id", [user.rawValue])
            .map(Self.account)
    }

    func insertAccount(_ address: AccountAddress, of user: UserID) throws -> StoredAccount {
        try run("INSERT INTO accounts (address, user_id) VALUES (?, ?)", [address.description, user.rawValue])
        return StoredAccount(id: AccountID(database.lastInsertedRowID), address: address, user: user)
    }

    /// From a row with `id`, `address` and `userID`.
    static func account(_ row: Row) throws -> StoredAccount {
        guard let address = AccountAddress(row["address"] as String) else { throw DamagedRow(table: "account") }
        return StoredAccount(id: AccountID(row["id"]), address: address, user: UserID(rawValue: row["user_id"]))
    }
}
