package import KeyHierarchy
package import Logging
package import ServerKit

/// A key store, wired up: storage, services and routes.
package struct KeyStoreApplication: Sendable {
    /// What is to be told to people when the server has started.
    package struct Ready: Sendable {
        /// Where it listens.
        package var listening: Origin
        /// While nobody has registered: how to register.
        package var setupCode: SetupCode?
    }

    package let core: ServerCore
    private let application: ServerApplication
    private let registrations: any RegistrationStorage
    private let logger: Logger

    /// Opens the data folder.
    /// - Throws: `StartupError`.
    package init(
        _ configuration: KeyStoreConfiguration, clock: ServerClock = .system,
        logger: Logger = .quiet
    ) throws {
        core = try ServerCore(
            configuration.service, clock: clock, slotAccess: SQLiteKeyStoreStorage.slotAccess,
            lockOut: SQLiteKeyStoreStorage.endFollowing, schema: KeyStoreSchema.schema)
        self.logger = logger
        let registrations = SQLiteRegistrationStorage(core.database)
        self.registrations = registrations
        let storage = SQLiteKeyStoreStorage(core.database)
        let objects = ObjectService(storage: storage, limits: configuration.limits, signals: core.signals)
        let keyrings = KeyringService(storage: storage, signals: core.signals)
        let registrationService = RegistrationService(
            storage: registrations, registration: configuration.registration, folder: core.folder, clock: clock)
        let moves = MoveService(storage: storage, identity: core.identity, limits: configuration.limits)
        let imports = ImportService(
            storage: storage, registrations: registrationService, identity: core.identity, sessions: core.sessions,
            limits: configuration.limits, clock: clock)
        let objectRoutes = ObjectRoutes(service: objects, limits: configuration.limits)
        let batchRoutes = BatchRoutes(service: objects, limits: configuration.limits)
        application = try ServerApplication(
            core, logger: logger, directRoutes: objectRoutes.routes + batchRoutes.direct
        ) {
            [core] open, session in
            RegistrationRoutes(core: core, service: registrationService).add(to: open)
            OpenAPIRoutes().add(to: open)
            KeyringRoutes(service: keyrings).add(to: session)
            let events = EventService(
                objects: objects, sessions: core.sessions, signals: core.signals,
                heartbeat: configuration.eventHeartbeat)
            EventRoutes(events: events).add(to: session)
            batchRoutes.add(to: session)
            MoveRoutes(service: moves).add(to: session)
            let importRoutes = ImportRoutes(core: core, service: imports, limits: configuration.limits)
            importRoutes.add(to: open)
            importRoutes.add(toSessionRoutes: session)
        }
    }

    /// The routes that the server has, such as `GET /v1/objects/{name}`.
    package var routes: [String] { application.routes }

    /// Serves until SIGTERM, SIGINT or cancellation. While there are no users, the data folder holds a setup code in
    /// the file `SetupCodes.fileName`.
    package func run(onReady: @escaping @Sendable (Ready) async -> Void) async throws {
        try await application.run { reachability, listening in
            var ready = Ready(listening: listening, setupCode: nil)
            do {
                ready.setupCode = try await makeFirstSetupCode(at: reachability)
            } catch {
                logger.error("cannot make a setup code", metadata: ["reason": "\(error)"])
            }
            await onReady(ready)
        }
    }

    private func makeFirstSetupCode(at reachability: Reachability) async throws -> SetupCode? {
        guard try await !registrations.hasUsers() else {
            core.folder.removeFile(named: SetupCodes.fileName)
            return nil
        }
        let codes = SetupCodes(storage: registrations, serverID: core.identity.serverID, clock: core.clock)
        let code = try await codes.make(for: .firstStart, at: reachability)
        try core.folder.writePrivateFile(named: SetupCodes.fileName, code.text + "\n")
        return code
    }
}
