import CloudMLSAPI
import GRDB
import KeyHierarchy

/// Looks at every row of the tables that both servers have.
struct SharedRowChecks {
    let role: ServerRole

    func run(in db: Database, _ findings: inout RowFindings) throws {
        try checkServer(in: db, &findings)
        try checkUsers(in: db, &findings)
        try checkSlots(in: db, &findings)
        try checkLoginKeys(in: db, &findings)
        try checkSessions(in: db, &findings)
    }

    private func checkServer(in db: Database, _ findings: inout RowFindings) throws {
        let row = try Row.fetchOne(db, sql: "SELECT identity_key, incarnation, decoy_secret FROM server WHERE id = 1")
        findings.expect(row != nil, "there is no identity of the server")
        guard let row else { return }
        findings.expect(row.bytes("identity_key").count == 32, "the server's identity key has another size")
        findings.expect(row.bytes("incarnation").count == 16, "the incarnation has another size")
        findings.expect(row.bytes("decoy_secret").count == 32, "the decoy secret has another size")
    }

    private func checkUsers(in db: Database, _ findings: inout RowFindings) throws {
        var count = 0
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT id, name, created, EXISTS (SELECT 1 FROM login_keys WHERE user_id = users.id) AS has_key
                FROM users
                """)
        while let row = try rows.next() {
            count += 1
            let id: Int64 = row["id"]
            findings.expect(UserName(rawValue: row["name"]) != nil, "user \(id) has a name that cannot be one")
            findings.expect(row["created"] as Int64 >= 0, "user \(id) was made before 1970")
            findings.expect(row["has_key"], "user \(id) has no way in")
        }
        findings.count("users", count)
    }

    private func checkSlots(in db: Database, _ findings: inout RowFindings) throws {
        var count = 0
        let rows = try Row.fetchCursor(db, sql: "SELECT user_id, id, kind, revision, body FROM slots")
        while let row = try rows.next() {
            count += 1
            let user: Int64 = row["user_id"]
            let kind = SlotKind(name: row["kind"])
            // A store that has moved to another key store may have been emptied; its logins go on.
            if role == .keyStore, kind != nil, row.bytes("body").isEmpty { continue }
            let slot = kind.flatMap { try? NewSlot(body: row.bytes("body"), kind: $0, role: role) }
            findings.expect(slot != nil, "a slot of user \(user) is not of its form")
            findings.expect(slot == nil || slot?.id == row.bytes("id"), "a slot of user \(user) has another id inside")
            findings.expect(row.hasRevision("revision"), "a slot of user \(user) has no revision")
        }
        findings.count("slots", count)
    }

    private func checkLoginKeys(in db: Database, _ findings: inout RowFindings) throws {
        var count = 0
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT login_keys.*, slots.kind AS slot_kind
                FROM login_keys LEFT JOIN slots ON slots.user_id = login_keys.user_id AND slots.id = slot_id
                """)
        while let row = try rows.next() {
            count += 1
            let user: Int64 = row["user_id"]
            let kind = SlotKind(name: row["kind"])
            findings.expect(
                kind != nil && row["kind"] as String == row["slot_kind"] as String?,
                "a login key of user \(user) is of another kind than its slot")
            findings.expect(
                row.bytes("public_key").count == LoginKeyRule.publicKeySize,
                "a login key of user \(user) has another size")
            findings.expect(
                (kind == .password) == ((try? SQLiteUserStorage.kdf(row))?.passwordKDF != nil),
                "a login key of user \(user) has parameters that cannot be ones")
        }
        findings.count("login keys", count)
    }

    private func checkSessions(in db: Database, _ findings: inout RowFindings) throws {
        let bad = try Int.fetchOne(
            db,
            sql: """
                SELECT (SELECT COUNT(*) FROM sessions WHERE length(access_hash) <> 32 OR length(refresh_hash) <> 32)
                     + (SELECT COUNT(*) FROM used_refresh_tokens WHERE length(hash) <> 32)
                """)
        findings.expect(bad == 0, "a session's tokens have another size")
        findings.count("sessions", try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM sessions") ?? 0)
    }
}

extension Row {
    /// Whether the column holds what a revision can be once something was written.
    package func hasRevision(_ column: String) -> Bool {
        guard let value = self[column] as Int64? else { return false }
        return value > 0 && UInt64(value) <= Revision.maximum
    }
}
