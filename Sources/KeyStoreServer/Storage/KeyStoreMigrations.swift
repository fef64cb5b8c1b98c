import GRDB

/// The key store's own tables, behind those that both servers have.
enum KeyStoreMigrations {
    static func register(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("key store 1: stores, objects, setup tokens") { db in
            try db.execute(sql: Self.first)
        }
    }

    private static let first = """
        CREATE TABLE stores (
            user_id INTEGER NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
            store_id BLOB NOT NULL,
            keyring_revision INTEGER NOT NULL,
            keyring BLOB NOT NULL,
            bytes INTEGER NOT NULL,              -- of all bodies in objects
            objects INTEGER NOT NULL,            -- rows in objects
            cursor INTEGER NOT NULL              -- of the newest change
        ) STRICT;

        -- A row without a body is a tombstone: its revision keeps counting, so that no old body comes back.
        CREATE TABLE objects (
            id INTEGER PRIMARY KEY,
            user_id INTEGER NOT NULL REFERENCES stores (user_id) ON DELETE CASCADE,
            name BLOB NOT NULL,
            revision INTEGER NOT NULL,
            cursor INTEGER NOT NULL,
            body BLOB,
            UNIQUE (user_id, name)
        ) STRICT;
        CREATE UNIQUE INDEX objects_by_cursor ON objects (user_id, cursor);

        CREATE TABLE setup_tokens (
            hash BLOB NOT NULL PRIMARY KEY,      -- SHA-256
            purpose TEXT NOT NULL,               -- 'first start' or 'invitation'
            expires INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """
}
