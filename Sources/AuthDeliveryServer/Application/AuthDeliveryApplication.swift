import CloudMLSAPI
import Hummingbird
package import KeyHierarchy
package import Logging
package import ServerKit

/// The auth-delivery server, wired up: storage, services and routes.
package struct AuthDeliveryApplication: Sendable {
    /// Who waits for an inbox at the moment.
    package let signals: InboxSignals
    package let retention: RetentionService
    private let application: ServerApplication

    /// Opens the data folder and brings its database up to date.
    package init(_ configuration: AuthDeliveryConfiguration, clock: ServerClock = .system, logger: Logger) throws {
        try configuration.validate()
        let settings = configuration.settings
        let core = try ServerCore(configuration.service, clock: clock, schema: DeliverySchema.schema)
        let storage = SQLiteDeliveryStorage(core.database)
        let signals = InboxSignals(limit: settings.waitingPerUser)
        self.signals = signals
        retention = RetentionService(storage: storage, clock: clock, settings: settings, logger: logger)
        application = try ServerApplication(core, logger: logger) { open, session in
            RegistrationRoutes(
                core: core,
                service: RegistrationService(
                    storage: SQLiteRegistrationStorage(core.database), isOpen: configuration.registrationIsOpen,
                    clock: clock)
            ).add(to: open)
            AccountRoutes(
                service: AccountService(
                    storage: storage, proofs: OwnershipProofs(firstCome: configuration.firstComePlatforms),
                    settings: settings)
            ).add(to: session)
            KeyPackageRoutes(
                service: KeyPackageService(storage: storage, clock: clock, settings: settings), settings: settings
            ).add(to: session)
            GroupRoutes(service: GroupService(storage: storage, clock: clock, settings: settings)).add(to: session)
            HandshakeRoutes(
                handshakes: HandshakeService(storage: storage, clock: clock, settings: settings, signals: signals),
                reports: ReportService(storage: storage), settings: settings
            ).add(to: session)
            InboxRoutes(
                service: InboxService(storage: storage, clock: clock, settings: settings, signals: signals)
            ).add(to: session)
            SealedRecordRoutes(service: SealedRecordService(storage: storage, settings: settings)).add(to: session)
        }
    }

    /// Serves until SIGTERM, SIGINT or the task's cancellation.
    ///
    /// - Parameter onReady: called once the socket listens, with where the server is to be found and the port.
    package func run(
        onReady: @escaping @Sendable (Reachability, _ listening: Origin) async -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await retention.run() }
            defer { tasks.cancelAll() }
            try await application.run(onReady: onReady)
        }
    }
}
