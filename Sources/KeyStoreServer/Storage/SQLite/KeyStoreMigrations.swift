import Foundation
import GRDB

/// The key store's own tables, behind those that both servers have.
enum KeyStoreMigrations {
    static func register(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("key store 1: stores, objects, setup tokens") { db in
            try db.execute(sql: Self.first)
        }
        migrator.registerMigration("key store 2: object keys, handovers") { db in
            let keyID = DatabaseFunction("object_key_id", argumentCount: 1, pure: true) { values in
                Data.fromDatabaseValue(values[0]).map { Int64(ObjectKeyID.of(Array($0))) }
            }
            db.add(function: keyID)
            defer { db.remove(function: keyID) }
            try db.execute(sql: Self.second)
        }
        migrator.registerMigration("key store 3: moves to and from other key stores") { db in
            try db.execute(sql: Self.moves)
        }
        migrator.registerMigration("key store 4: an object's key in front of its body") { db in
            try db.execute(sql: Self.keyBeforeBody)
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

    private static let second = """
        ALTER TABLE stores ADD COLUMN minimum_key_id INTEGER NOT NULL DEFAULT 0;  -- least one that bodies may be under
        ALTER TABLE stores ADD COLUMN handover BLOB;                              -- while a rotation runs
        -- From the body's header: 0 where it cannot be read, NULL for a tombstone.
        ALTER TABLE objects ADD COLUMN key_id INTEGER;
        UPDATE objects SET key_id = object_key_id(substr(body, 1, 37)) WHERE body IS NOT NULL;
        CREATE INDEX objects_by_name_and_key ON objects (user_id, name, key_id);
        """

    private static let moves = """
        ALTER TABLE stores ADD COLUMN state TEXT NOT NULL DEFAULT 'active';     -- StoreState

        -- The newest move away from here, cancelled ones too.
        CREATE TABLE departures (
            user_id INTEGER NOT NULL PRIMARY KEY REFERENCES stores (user_id) ON DELETE CASCADE,
            move_id BLOB NOT NULL,
            destination BLOB NOT NULL,           -- server id
            statement BLOB,                      -- from the commit on
            forward BLOB
        ) STRICT;

        -- The newest move to here.
        CREATE TABLE arrivals (
            user_id INTEGER NOT NULL PRIMARY KEY REFERENCES stores (user_id) ON DELETE CASCADE,
            move_id BLOB NOT NULL,
            source_key BLOB,                     -- NULL where it came from a file
            follow_hash BLOB,                    -- SHA-256; NULL where nobody can follow any more
            follow_expires INTEGER NOT NULL
        ) STRICT;

        -- Whoever changes the password shuts out the devices that have not followed yet.
        CREATE TRIGGER no_follower_after_a_new_password AFTER UPDATE OF public_key ON login_keys
        WHEN NEW.kind = 'password' AND NEW.public_key <> OLD.public_key
        BEGIN
            UPDATE arrivals SET follow_hash = NULL WHERE user_id = NEW.user_id;
        END;
        -- So does whoever takes a way in away.
        CREATE TRIGGER no_follower_after_a_removed_key AFTER DELETE ON login_keys
        BEGIN
            UPDATE arrivals SET follow_hash = NULL WHERE user_id = OLD.user_id;
        END;
        """

    /// A column behind a long body is reached only through all of the body's pages, which an index over names and keys made
    /// up for. Every write had to keep that one up besides.
    private static let keyBeforeBody = """
        CREATE TABLE new_objects (
            id INTEGER PRIMARY KEY,
            user_id INTEGER NOT NULL REFERENCES stores (user_id) ON DELETE CASCADE,
            name BLOB NOT NULL,
            revision INTEGER NOT NULL,
            cursor INTEGER NOT NULL,
            key_id INTEGER,                      -- from the body's header: 0 where it cannot be read, NULL for a tombstone
            body BLOB,                           -- NULL for a tombstone, whose revision keeps counting
            UNIQUE (user_id, name)
        ) STRICT;
        INSERT INTO new_objects SELECT id, user_id, name, revision, cursor, key_id, body FROM objects ORDER BY id;
        DROP TABLE objects;
        ALTER TABLE new_objects RENAME TO objects;
        CREATE UNIQUE INDEX objects_by_cursor ON objects (user_id, cursor);
        """
}
