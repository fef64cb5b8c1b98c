import CloudMLSAPI
import GRDB
import KeyHierarchy
package import ServerKit

/// The key store's database.
package enum KeyStoreSchema {
    package static let schema = DatabaseSchema(
        role: .keyStore, migrations: KeyStoreMigrations.register(in:), rowChecks: KeyStoreRowChecks.run(in:_:),
        forgetting: { db in
            // An invitation in a backup may have been used, or meant for somebody else's eyes, long since.
            try db.execute(sql: "DELETE FROM setup_tokens")
            // Nor does a backup let somebody in whom a new password has shut out since.
            try db.execute(sql: "UPDATE arrivals SET follow_hash = NULL")
        })
}
