import Crypto
package import GRDB
import MLSCodec

/// The SHA-256 of everything that a database holds, whatever its pages look like: a change that `PRAGMA integrity_check`
/// cannot see, such as a flipped bit inside a sealed object, changes it. Its bytes are in `docs/formats.md`, §17.
package struct DatabaseDigest {
    private var hash = SHA256()

    /// - Parameter excluded: a table that does not count.
    package static func of(_ db: Database, without excluded: String) throws -> [UInt8] {
        var digest = DatabaseDigest()
        let definitions = try Row.fetchAll(
            db,
            sql: """
                SELECT type, name, sql FROM sqlite_schema
                WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND tbl_name <> ? ORDER BY type, name
                """,
            arguments: [excluded])
        for definition in definitions { digest.add(definition) }
        for definition in definitions where definition["type"] as String == "table" {
            let table: String = definition["name"]
            digest.add(table.databaseValue)
            let order = try db.primaryKey(table).columns.map(\.quotedDatabaseIdentifier).joined(separator: ", ")
            let rows = try Row.fetchCursor(
                db, sql: "SELECT * FROM \(table.quotedDatabaseIdentifier) ORDER BY \(order)")
            while let row = try rows.next() { digest.add(row) }
        }
        return Array(digest.hash.finalize())
    }

    private mutating func add(_ row: Row) {
        for value in row.databaseValues { add(value) }
    }

    private mutating func add(_ value: DatabaseValue) {
        switch value.storage {
        case .null: add(type: 0, integer: 0)
        case .int64(let number): add(type: 1, integer: UInt64(bitPattern: number))
        case .double(let number): add(type: 2, integer: number.bitPattern)
        case .string(let text): add(type: 3, bytes: Array(text.utf8))
        case .blob(let data): add(type: 4, bytes: Array(data))
        }
    }

    private mutating func add(type: UInt8, integer: UInt64) {
        var writer = MLSWriter()
        writer.write(integer: type)
        writer.write(integer: integer)
        hash.update(data: writer.bytes)
    }

    private mutating func add(type: UInt8, bytes: [UInt8]) {
        add(type: type, integer: UInt64(bytes.count))
        hash.update(data: bytes)
    }
}
