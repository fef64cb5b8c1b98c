package import CloudMLSAPI
import GRDB
package import KeyHierarchy
import MLSCodec
package import ServerKit

/// `MoveStorage` in SQLite.
package struct SQLiteMoveStorage: MoveStorage {
    private let database: SQLiteDatabase

    package init(_ database: SQLiteDatabase) { self.database = database }

    package func status(of user: UserID) async throws -> MoveStatus {
        try await database.read { db in try Self.status(of: user, in: db) }
    }

    package func storeID(of user: UserID) async throws -> StoreID {
        try await database.read { db in
            let row = try Row.fetchOne(
                db, sql: "SELECT store_id FROM stores WHERE user_id = ?", arguments: [user.rawValue])
            guard let storeID = row.flatMap({ StoreID(bytes: $0.bytes("store_id")) }) else {
                throw APIError(.notFound, "The user has no store.")
            }
            return storeID
        }
    }

    package func begin(_ move: MoveID, to destination: ServerID, of user: UserID) async throws -> MoveStatus {
        try await database.write { db in
            let state = try SQLiteStoreState.state(of: user, in: db)
            let known = try Row.fetchOne(
                db, sql: "SELECT move_id, destination FROM departures WHERE user_id = ?", arguments: [user.rawValue])
            let isKnown = known?.bytes("move_id") == move.bytes
            switch state {
            case .active:
                // A page of a cancelled move may still be on its way to the destination.
                guard !isKnown else { throw APIError.moveConflict("This move was cancelled: begin another one.") }
            case .moving:
                guard isKnown, known?.bytes("destination") == destination.bytes else {
                    throw APIError.moveConflict("Another move is under way: finish or cancel it first.")
                }
                return try Self.status(of: user, in: db)
            case .moved: throw APIError.storeMoved
            case .receiving: throw APIError.storeReceiving
            }
            guard try !isRotating(user, in: db) else {
                throw APIError.moveConflict("The keys of the store are being replaced: finish that first.")
            }
            try db.execute(
                sql: """
                    INSERT INTO departures (user_id, move_id, destination) VALUES (?, ?, ?)
                    ON CONFLICT (user_id) DO UPDATE SET
                        move_id = excluded.move_id, destination = excluded.destination, statement = NULL, forward = NULL
                    """,
                arguments: [user.rawValue, move.bytes.blob, destination.bytes.blob])
            try SQLiteStoreState.set(.moving, of: user, in: db)
            return try Self.status(of: user, in: db)
        }
    }

    /// Whether a rotation of the data key is unfinished: other devices still need the old keys, or objects do.
    private func isRotating(_ user: UserID, in db: Database) throws -> Bool {
        try Bool.fetchOne(
            db,
            sql: """
                SELECT handover IS NOT NULL
                    OR EXISTS (SELECT 1 FROM objects WHERE user_id = stores.user_id AND key_id < minimum_key_id)
                FROM stores WHERE user_id = ?
                """,
            arguments: [user.rawValue]) ?? false
    }

    package func cancel(of user: UserID) async throws -> MoveStatus {
        try await database.write { db in
            switch try SQLiteStoreState.state(of: user, in: db) {
            case .active: break
            case .moving:
                try SQLiteStoreState.set(.active, of: user, in: db)
                try SQLiteStoreState.raiseMark(of: user, in: db)
            case .moved: throw APIError.storeMoved
            case .receiving: throw APIError.storeReceiving
            }
            return try Self.status(of: user, in: db)
        }
    }

    package func page(
        after name: [UInt8]?, limit: Int, maximumBytes: Int, of user: UserID
    ) async throws -> MovePage {
        try await database.read { db in
            try SQLiteStoreState.checkReadable(user, in: db)
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT name, revision, body, body IS NULL AS deleted FROM objects
                    WHERE user_id = ? AND name > ? ORDER BY name LIMIT ?
                    """,
                arguments: [user.rawValue, (name ?? []).blob, limit + 1])
            var objects: [StoredObject] = []
            var size = 0
            while let row = try rows.next() {
                let body: [UInt8]? = row["deleted"] ? nil : row.bytes("body")
                size += body?.count ?? 0
                guard objects.count < limit, objects.isEmpty || size <= maximumBytes else {
                    return MovePage(objects: objects, more: true)
                }
                objects.append(
                    StoredObject(
                        name: Bytes(row.bytes("name")), revision: row.unsigned("revision"), body: body.map { Bytes($0) }
                    )
                )
            }
            return MovePage(objects: objects, more: false)
        }
    }

    package func mark(of user: UserID) async throws -> UInt64 {
        try await database.read { db in try SQLiteStoreState.mark(of: user, in: db) }
    }

    package func digest(of user: UserID) async throws -> StoreDigestAnswer {
        try await database.read { db in
            try SQLiteStoreState.checkReadable(user, in: db)
            return try SQLiteStoreDigest.digest(of: user, in: db)
        }
    }

    package func commit(
        _ move: MoveID, statement: SignedMovedStatement, forward: [UInt8], since mark: UInt64, of user: UserID
    ) async throws -> MoveStatus {
        try await database.write { db in
            let state = try SQLiteStoreState.state(of: user, in: db)
            let status = try Self.status(of: user, in: db)
            guard status.moveID?.array == move.bytes, state == .moving || state == .moved else {
                throw APIError.moveConflict("This move is not under way.")
            }
            if state == .moved { return status }
            guard try SQLiteStoreState.mark(of: user, in: db) == mark else {
                throw APIError.moveConflict("The move was taken back meanwhile.")
            }
            try db.execute(
                sql: "UPDATE departures SET statement = ?, forward = ? WHERE user_id = ?",
                arguments: [statement.encoded.blob, forward.blob, user.rawValue])
            try SQLiteStoreState.set(.moved, of: user, in: db)
            return try Self.status(of: user, in: db)
        }
    }

    package func empty(of user: UserID) async throws -> MoveStatus {
        try await database.write { db in
            guard try SQLiteStoreState.state(of: user, in: db) == .moved else {
                throw APIError.moveConflict("Only a store that has moved can be emptied.")
            }
            try db.execute(sql: "DELETE FROM objects WHERE user_id = ?", arguments: [user.rawValue])
            // The slots' rows stay: logins and sessions hang on them, and lead those who come later to the new place.
            try db.execute(sql: "UPDATE slots SET body = x'' WHERE user_id = ?", arguments: [user.rawValue])
            try db.execute(
                sql: "UPDATE stores SET keyring = x'', bytes = 0, objects = 0 WHERE user_id = ?",
                arguments: [user.rawValue])
            return try Self.status(of: user, in: db)
        }
    }

    private static func status(of user: UserID, in db: Database) throws -> MoveStatus {
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT state, objects, bytes, move_id, destination, statement, forward
                FROM stores LEFT JOIN departures ON departures.user_id = stores.user_id WHERE stores.user_id = ?
                """,
            arguments: [user.rawValue])
        guard let row, let state = StoreState(rawValue: row["state"]) else {
            throw APIError(.notFound, "The user has no store.")
        }
        var status = MoveStatus(state: state, objects: row.unsigned("objects"), bytes: row.unsigned("bytes"))
        guard state == .moving || state == .moved else { return status }
        status.moveID = Bytes(row.bytes("move_id"))
        status.destination = Bytes(row.bytes("destination"))
        guard state == .moved else { return status }
        status.statement = Bytes(row.bytes("statement"))
        status.forward = Bytes(row.bytes("forward"))
        return status
    }
}
