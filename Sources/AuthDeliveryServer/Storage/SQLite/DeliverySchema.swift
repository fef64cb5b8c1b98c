import CloudMLSAPI
package import GRDB
import KeyHierarchy
package import ServerKit

/// The tables of the delivery data. Migrations are named, only ever added, and never changed once released.
///
/// Times are seconds since 1970. Users are ServerKit's and are named by number only.
package enum DeliverySchema {
    package static let schema = DatabaseSchema(
        role: .authDelivery, migrations: register(in:), rowChecks: DeliveryRowChecks.run(in:_:))

    package static func register(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("delivery 1: accounts") { try $0.execute(sql: accounts) }
        migrator.registerMigration("delivery 2: key packages") { try $0.execute(sql: keyPackages) }
        migrator.registerMigration("delivery 3: groups") { try $0.execute(sql: groups) }
        migrator.registerMigration("delivery 4: inboxes") { try $0.execute(sql: inboxes) }
        migrator.registerMigration("delivery 5: sealed records") { try $0.execute(sql: sealedRecords) }
        migrator.registerMigration("delivery 6: quotas") { try $0.execute(sql: quotas) }
        migrator.registerMigration("delivery 7: rejoining") { try $0.execute(sql: rejoining) }
    }

    private static let accounts = """
        CREATE TABLE accounts (
            id INTEGER PRIMARY KEY,
            address TEXT NOT NULL UNIQUE,
            user_id INTEGER NOT NULL REFERENCES users (id)
        ) STRICT;
        CREATE INDEX accounts_of_user ON accounts (user_id);

        -- One row: the number that the identity history gave out last.
        CREATE TABLE identity_history (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            newest INTEGER NOT NULL
        ) STRICT;
        INSERT INTO identity_history (id, newest) VALUES (1, 0);

        CREATE TABLE identity_keys (
            history INTEGER PRIMARY KEY,
            account_id INTEGER NOT NULL REFERENCES accounts (id),
            scheme INTEGER NOT NULL,
            public_key BLOB NOT NULL,
            replaced INTEGER,
            revoked INTEGER NOT NULL DEFAULT 0
        ) STRICT;
        CREATE INDEX identity_keys_of_account ON identity_keys (account_id, history);
        CREATE UNIQUE INDEX identity_keys_one_current ON identity_keys (account_id, scheme) WHERE replaced IS NULL;
        """

    private static let keyPackages = """
        CREATE TABLE key_packages (
            id INTEGER PRIMARY KEY,
            ref BLOB NOT NULL UNIQUE,
            account_id INTEGER NOT NULL REFERENCES accounts (id),
            cipher_suite INTEGER NOT NULL,
            body BLOB NOT NULL,
            signature_key BLOB NOT NULL,
            not_before INTEGER NOT NULL,
            not_after INTEGER NOT NULL,
            last_resort INTEGER NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('available', 'claimed', 'used', 'withdrawn'))
        ) STRICT;
        CREATE INDEX key_packages_claimable ON key_packages (account_id, cipher_suite, last_resort, not_after)
            WHERE state = 'available';
        CREATE INDEX key_packages_by_expiry ON key_packages (not_after);

        CREATE TABLE key_package_claims (
            ref BLOB NOT NULL REFERENCES key_packages (ref) ON DELETE CASCADE,
            user_id INTEGER NOT NULL REFERENCES users (id),
            at INTEGER NOT NULL,
            PRIMARY KEY (ref, user_id)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE idempotent_answers (
            user_id INTEGER NOT NULL REFERENCES users (id),
            key BLOB NOT NULL,
            request BLOB NOT NULL,
            answer BLOB NOT NULL,
            at INTEGER NOT NULL,
            PRIMARY KEY (user_id, key)
        ) STRICT;
        CREATE INDEX idempotent_answers_by_time ON idempotent_answers (at);
        """

    private static let groups = """
        CREATE TABLE mls_groups (
            id INTEGER PRIMARY KEY,
            group_id BLOB NOT NULL UNIQUE,
            creator_id INTEGER NOT NULL REFERENCES accounts (id),
            cipher_suite INTEGER NOT NULL,
            epoch INTEGER NOT NULL,
            sequence INTEGER NOT NULL,
            stamp INTEGER,
            created INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE memberships (
            id INTEGER PRIMARY KEY,
            group_row INTEGER NOT NULL REFERENCES mls_groups (id),
            account_id INTEGER NOT NULL REFERENCES accounts (id),
            from_sequence INTEGER NOT NULL,
            to_sequence INTEGER
        ) STRICT;
        CREATE INDEX memberships_of_account ON memberships (account_id, group_row);
        CREATE UNIQUE INDEX memberships_one_current ON memberships (group_row, account_id) WHERE to_sequence IS NULL;

        CREATE TABLE log_entries (
            id INTEGER PRIMARY KEY,
            group_row INTEGER NOT NULL REFERENCES mls_groups (id),
            sequence INTEGER NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('commit', 'proposal')),
            epoch INTEGER NOT NULL,
            hash BLOB NOT NULL,
            message BLOB NOT NULL,
            confirmation BLOB,
            identity_history INTEGER NOT NULL,
            accepted INTEGER NOT NULL,
            settled INTEGER NOT NULL,
            UNIQUE (group_row, sequence)
        ) STRICT;
        CREATE UNIQUE INDEX log_entries_proposal_by_hash ON log_entries (group_row, epoch, hash) WHERE kind = 'proposal';
        CREATE INDEX log_entries_by_settlement ON log_entries (settled);

        CREATE TABLE accepted_commits (
            group_row INTEGER NOT NULL REFERENCES mls_groups (id),
            epoch INTEGER NOT NULL,
            hash BLOB NOT NULL,
            committer_id INTEGER NOT NULL REFERENCES accounts (id),
            sequence INTEGER NOT NULL,
            identity_history INTEGER NOT NULL,
            PRIMARY KEY (group_row, epoch)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE voided_commits (
            group_row INTEGER NOT NULL REFERENCES mls_groups (id),
            epoch INTEGER NOT NULL,
            hash BLOB NOT NULL,
            PRIMARY KEY (group_row, epoch, hash)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE commit_reports (
            group_row INTEGER NOT NULL REFERENCES mls_groups (id),
            epoch INTEGER NOT NULL,
            account_id INTEGER NOT NULL REFERENCES accounts (id),
            outcome TEXT NOT NULL CHECK (outcome IN ('applied', 'rejected')),
            PRIMARY KEY (group_row, epoch, account_id)
        ) STRICT, WITHOUT ROWID;
        """

    private static let inboxes = """
        -- The last number outlives the entries, so that none is given out twice.
        CREATE TABLE inboxes (
            user_id INTEGER PRIMARY KEY REFERENCES users (id),
            last_number INTEGER NOT NULL,
            pending INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE welcomes (
            id INTEGER PRIMARY KEY,
            group_row INTEGER NOT NULL REFERENCES mls_groups (id),
            sequence INTEGER NOT NULL,
            epoch INTEGER NOT NULL,
            identity_history INTEGER NOT NULL,
            message BLOB NOT NULL
        ) STRICT;

        -- Either the log entry, or the Welcome and whom it is for, or neither: then it is a gap.
        CREATE TABLE inbox_entries (
            user_id INTEGER NOT NULL REFERENCES users (id),
            number INTEGER NOT NULL,
            group_row INTEGER,
            sequence INTEGER,
            welcome_id INTEGER REFERENCES welcomes (id),
            account_id INTEGER REFERENCES accounts (id),
            key_package_ref BLOB,
            PRIMARY KEY (user_id, number)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX inbox_entries_by_log ON inbox_entries (group_row, sequence) WHERE group_row IS NOT NULL;
        CREATE INDEX inbox_entries_by_welcome ON inbox_entries (welcome_id) WHERE welcome_id IS NOT NULL;
        """

    private static let quotas = """
        ALTER TABLE voided_commits ADD COLUMN account_id INTEGER REFERENCES accounts (id);
        CREATE INDEX mls_groups_of_creator ON mls_groups (creator_id);
        """

    /// What a member needs that lost its state: to be added again, with a KeyPackage that is not lost too.
    private static let rejoining = """
        ALTER TABLE memberships ADD COLUMN rejoin_since INTEGER;
        CREATE INDEX memberships_rejoining ON memberships (group_row)
            WHERE rejoin_since IS NOT NULL AND to_sequence IS NULL;
        CREATE INDEX key_packages_unused ON key_packages (account_id) WHERE state IN ('available', 'claimed');
        """

    private static let sealedRecords = """
        CREATE TABLE profiles (
            user_id INTEGER PRIMARY KEY REFERENCES users (id),
            revision INTEGER NOT NULL,
            body BLOB NOT NULL
        ) STRICT;

        CREATE TABLE anchors (
            user_id INTEGER NOT NULL REFERENCES users (id),
            name BLOB NOT NULL,
            revision INTEGER NOT NULL,
            body BLOB NOT NULL,
            PRIMARY KEY (user_id, name)
        ) STRICT;
        """
}
