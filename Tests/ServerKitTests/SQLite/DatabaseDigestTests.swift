import CloudMLSAPI
import GRDB
import ServerKit
import Testing

@Suite struct DatabaseDigestTests {
    private static let tables = """
        CREATE TABLE b (k TEXT NOT NULL PRIMARY KEY, v BLOB) WITHOUT ROWID;
        CREATE TABLE a (id INTEGER PRIMARY KEY, x REAL, y TEXT);
        CREATE TABLE c (n INTEGER);
        CREATE INDEX i ON a (y);
        CREATE TABLE backup (version INTEGER NOT NULL PRIMARY KEY);
        INSERT INTO a VALUES (7, 1.5, 'seven'), (-3, NULL, 'é');
        INSERT INTO b VALUES ('z', x'00ff'), ('a', x''), ('m', NULL);
        INSERT INTO c VALUES (2), (1);
        """

    private func digest(_ changes: String = "") throws -> String {
        let queue = try DatabaseQueue()
        return try queue.write { db in
            try db.execute(sql: Self.tables + changes)
            return try DatabaseDigest.of(db, without: "backup").hex
        }
    }

    /// The vector was computed by a few lines of Python from `docs/formats.md`, §17.
    @Test func itIsTheDocumentedOne() throws {
        #expect(try digest() == "aedc6baf08362069a9c48e7e6f78a740fc8d03e94178849ab3b8fdcfb38d3728")
        #expect(try digest("INSERT INTO backup VALUES (1);") == digest())
    }

    @Test(arguments: [
        "UPDATE a SET x = 1.25 WHERE id = 7;", "UPDATE b SET v = NULL WHERE k = 'a';", "DELETE FROM c WHERE n = 1;",
        "UPDATE c SET n = 3 - n;", "DROP INDEX i;", "UPDATE a SET id = 8 WHERE id = 7;", "CREATE TABLE d (x);",
    ])
    func itChangesWithEverything(change: String) throws {
        #expect(try digest(change) != digest())
    }
}
