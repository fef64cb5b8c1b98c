import Foundation
import GRDB

/// Everything that a server stores for its users, to compare: all tables but those of sessions and login limits.
enum StoredData {
    /// The sequence counts sessions.
    private static let volatile: Set<String> = [
        "sessions", "used_refresh_tokens", "sqlite_sequence", "login_buckets", "known_networks",
    ]

    static func of(_ server: ServerProcess) throws -> [String: [String]] {
        var found: [String: [String]] = [:]
        for file in try databases(in: server.dataFolder) {
            let database = try DatabaseQueue(path: file.path, configuration: readOnly)
            try database.read { database in
                let tables = try String.fetchAll(
                    database, sql: "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
                for table in tables where !volatile.contains(table) {
                    found["\(file.lastPathComponent)/\(table)"] =
                        try Row.fetchAll(database, sql: "SELECT * FROM \(table.quotedDatabaseIdentifier)")
                        .map(\.description).sorted()
                }
            }
        }
        return found
    }

    /// What changed on any of the servers since `before`, by server and table.
    static func changes(on servers: [ServerProcess], since before: [[String: [String]]]) throws -> [String] {
        var changes: [String] = []
        for (server, before) in zip(servers, before) {
            let after = try of(server)
            for table in Set(before.keys).union(after.keys) where before[table] != after[table] {
                changes.append("\(server.dataFolder.lastPathComponent): \(table)")
            }
        }
        return changes.sorted()
    }

    static func databases(in folder: URL) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { ["sqlite", "sqlite3", "db"].contains($0.pathExtension) }
    }

    private static var readOnly: Configuration {
        var configuration = Configuration()
        configuration.readonly = true
        return configuration
    }
}
