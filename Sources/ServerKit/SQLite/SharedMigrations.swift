import GRDB

/// The tables that both servers have.
enum SharedMigrations {
    static func register(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("shared 1: server, users, slots, login keys, sessions") { db in
            try db.execute(sql: Self.first)
        }
        // Login limits over restarts. Keys are HMACs under a secret of the server, of networks and names.
        migrator.registerMigration("shared: login limits") { db in
            try db.execute(
                sql: """
                    CREATE TABLE login_buckets (
                        scope TEXT NOT NULL,             -- network or name
                        key BLOB NOT NULL,
                        tokens REAL NOT NULL,
                        updated INTEGER NOT NULL,        -- seconds since 1970
                        PRIMARY KEY (scope, key)
                    ) STRICT, WITHOUT ROWID;

                    CREATE TABLE known_networks (
                        key BLOB NOT NULL PRIMARY KEY,
                        seen INTEGER NOT NULL            -- seconds since 1970
                    ) STRICT, WITHOUT ROWID;
                    """)
        }
        // The key of a self-signed certificate, in PEM: part of every backup, since clients pin it.
        migrator.registerMigration("shared: key of the self-signed certificate") { db in
            try db.execute(sql: "ALTER TABLE server ADD COLUMN tls_key TEXT")
        }
        migrator.registerMigration("shared 2: when sessions were renewed") { db in
            try db.execute(sql: "ALTER TABLE sessions ADD COLUMN renewed INTEGER NOT NULL DEFAULT 0")
            try db.execute(sql: "UPDATE sessions SET renewed = created")
        }
        migrator.registerMigration("shared: users can be disabled") { db in
            try db.execute(sql: "ALTER TABLE users ADD COLUMN disabled INTEGER NOT NULL DEFAULT 0")
        }
    }

    private static let first = """
        -- Who the server is: one row. It is part of a backup, and is what clients pin.
        CREATE TABLE server (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            identity_key BLOB NOT NULL,          -- Ed25519 seed
            incarnation BLOB NOT NULL,           -- replaced after a restore
            decoy_secret BLOB NOT NULL,          -- freezes what pre-login says about unknown names
            address TEXT,                        -- where it was reachable when it last started
            certificate_pin BLOB                 -- SHA-256 of the certificate that it last served
        ) STRICT;

        CREATE TABLE users (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL UNIQUE,
            created INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE slots (
            user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            id BLOB NOT NULL,
            kind TEXT NOT NULL,
            revision INTEGER NOT NULL,
            body BLOB NOT NULL,
            PRIMARY KEY (user_id, id)
        ) STRICT;
        CREATE UNIQUE INDEX slots_one_password ON slots (user_id) WHERE kind = 'password';

        CREATE TABLE login_keys (
            user_id INTEGER NOT NULL,
            slot_id BLOB NOT NULL,
            kind TEXT NOT NULL,
            public_key BLOB NOT NULL,
            kdf_algorithm TEXT,                  -- kdf_*: for passwords only
            kdf_iterations INTEGER,
            kdf_memory_kib INTEGER,
            kdf_parallelism INTEGER,
            kdf_salt BLOB,
            PRIMARY KEY (user_id, slot_id),
            FOREIGN KEY (user_id, slot_id) REFERENCES slots (user_id, id) ON DELETE CASCADE
        ) STRICT;

        -- A session is a family of tokens. Of tokens only SHA-256 hashes are kept.
        CREATE TABLE sessions (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            user_id INTEGER NOT NULL,
            slot_id BLOB NOT NULL,
            kind TEXT NOT NULL,
            device_name TEXT NOT NULL,
            created INTEGER NOT NULL,
            access_hash BLOB NOT NULL UNIQUE,
            access_expires INTEGER NOT NULL,
            refresh_hash BLOB NOT NULL UNIQUE,
            refresh_expires INTEGER NOT NULL,
            FOREIGN KEY (user_id, slot_id) REFERENCES login_keys (user_id, slot_id) ON DELETE CASCADE
        ) STRICT;
        CREATE INDEX sessions_of_login_key ON sessions (user_id, slot_id);
        CREATE INDEX sessions_by_expiry ON sessions (refresh_expires);

        CREATE TABLE used_refresh_tokens (
            hash BLOB NOT NULL PRIMARY KEY,
            session_id INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX used_refresh_tokens_of_session ON used_refresh_tokens (session_id);
        """
}
