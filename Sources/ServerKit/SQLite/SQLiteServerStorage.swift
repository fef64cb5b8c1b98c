import GRDB
package import KeyHierarchy

/// The one row about the server itself.
package struct SQLiteServerStorage: Sendable {
    private let database: SQLiteDatabase

    package init(_ database: SQLiteDatabase) { self.database = database }

    /// The server's identity, made where there is none yet.
    package func identity(role: ServerRole) throws(StartupError) -> ServerIdentity {
        do {
            return try database.setUp { db in
                try db.execute(
                    sql: """
                        INSERT OR IGNORE INTO server (id, identity_key, incarnation, decoy_secret) VALUES (1, ?, ?, ?)
                        """,
                    arguments: [
                        [UInt8].secureRandom(32).blob, [UInt8].secureRandom(16).blob, [UInt8].secureRandom(32).blob,
                    ])
                guard
                    let row = try Row.fetchOne(
                        db, sql: "SELECT identity_key, incarnation, decoy_secret FROM server WHERE id = 1"),
                    let seed = Secret<ServerSigningKeyKind>(bytes: row.bytes("identity_key")),
                    let incarnation = Incarnation(bytes: row.bytes("incarnation"))
                else {
                    throw StartupError(.dataFolderOfAnotherVersion, "The database holds no identity of a server.")
                }
                return ServerIdentity(
                    role: role, signingKey: try ServerSigningKey(seed: seed), incarnation: incarnation,
                    decoySecret: row.bytes("decoy_secret"))
            }
        } catch let error as StartupError {
            throw error
        } catch {
            throw StartupError(.cannotCreate, "Cannot read the server's identity: \(error)")
        }
    }

    /// The key of the self-signed certificate in PEM; nil where none was made.
    func tlsKey() throws(StartupError) -> String? {
        try setUp { db in try String.fetchOne(db, sql: "SELECT tls_key FROM server WHERE id = 1") }
    }

    func setTLSKey(_ pem: String) throws(StartupError) {
        try setUp { db in try db.execute(sql: "UPDATE server SET tls_key = ? WHERE id = 1", arguments: [pem]) }
    }

    private func setUp<Value>(_ body: (Database) throws -> Value) throws(StartupError) -> Value {
        do {
            return try database.setUp(body)
        } catch {
            throw StartupError(.cannotCreate, "Cannot use the database: \(error)")
        }
    }

    /// Remembers where the server is reachable, for commands that run beside it.
    package func setReachability(_ reachability: Reachability) async throws {
        try await database.write { db in
            try db.execute(
                sql: "UPDATE server SET address = ?, certificate_pin = ? WHERE id = 1",
                arguments: [reachability.origin.rawValue, reachability.certificatePin?.bytes.blob])
        }
    }

    /// Where the server was reachable when it last started; nil where it never did.
    package func reachability() async throws -> Reachability? {
        try await database.read { db in
            guard let row = try Row.fetchOne(db, sql: "SELECT address, certificate_pin FROM server WHERE id = 1"),
                let origin = (row["address"] as String?).flatMap(Origin.init(rawValue:))
            else { return nil }
            return Reachability(origin: origin, certificatePin: CertificatePin(bytes: row.bytes("certificate_pin")))
        }
    }
}

/// How clients find a server: its first public address, or the one it listens on; and its certificate, if it has one.
package struct Reachability: Sendable, Equatable {
    package var origin: Origin
    package var certificatePin: CertificatePin?

    package init(origin: Origin, certificatePin: CertificatePin?) {
        self.origin = origin
        self.certificatePin = certificatePin
    }
}
