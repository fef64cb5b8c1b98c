import CloudMLSAPI
package import KeyHierarchy
package import ServerKit

/// What `invite` does: makes a setup code in the data folder of a server, which may be running.
package enum Invitation {
    /// - Parameter publicURL: the address to put into the code; nil takes the one where the server was last found.
    package static func make(
        dataFolder: String, publicURL: Origin?, clock: ServerClock = .system
    ) async throws -> SetupCode {
        let folder = try DataFolder(existing: dataFolder)
        let database = try SQLiteDatabase(folder: folder, schema: KeyStoreSchema.schema)
        let server = SQLiteServerStorage(database)
        let identity = try server.identity(role: .keyStore)
        var reachability = try await server.reachability()
        if let publicURL {
            reachability = Reachability(origin: publicURL, certificatePin: reachability?.certificatePin)
        }
        guard let reachability else {
            throw StartupError(
                .configuration,
                "The server has not run yet, so its address is not known: start it once, or give --public-url.")
        }
        let codes = SetupCodes(
            storage: SQLiteRegistrationStorage(database), serverID: identity.serverID, clock: clock)
        return try await codes.make(for: .invitation, at: reachability)
    }
}
