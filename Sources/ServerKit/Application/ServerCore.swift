import CloudMLSAPI
package import Hummingbird
import KeyHierarchy

/// What both servers are built on: the opened data folder and the services that they share.
package struct ServerCore: Sendable {
    package let configuration: ServiceConfiguration
    package let clock: ServerClock
    package let folder: DataFolder
    let schema: DatabaseSchema
    package let database: SQLiteDatabase
    package let identity: ServerIdentity
    package let serverStorage: SQLiteServerStorage
    package let sessions: SessionService
    /// Signalled whenever something of a user's was written.
    package let signals: UserSignals
    let sessionStorage: any SessionStorage
    let slots: SlotService
    let login: LoginService
    let throttle: LoginThrottle
    /// What is counted, for `/metrics`.
    package let metrics: ServerMetrics

    /// Opens the data folder for a server that is about to run.
    /// - Parameters:
    ///   - slotAccess: asked before slots are read or written.
    ///   - lockOut: called where sessions are ended to lock somebody out.
    package init(
        _ configuration: ServiceConfiguration, clock: ServerClock = .system,
        slotAccess: @escaping SlotAccess = { _, _, _ in }, lockOut: @escaping LockOut = { _, _ in },
        schema: DatabaseSchema
    ) throws {
        try configuration.validate()
        self.configuration = configuration
        self.clock = clock
        folder = try DataFolder(path: configuration.dataFolder, exclusively: true)
        self.schema = schema
        if try folder.markRunning() { try folder.checkDatabase() }
        database = try SQLiteDatabase(folder: folder, schema: schema)
        serverStorage = SQLiteServerStorage(database)
        identity = try serverStorage.identity(role: configuration.role)
        let sessionStorage = SQLiteSessionStorage(database, lockOut: lockOut)
        self.sessionStorage = sessionStorage
        sessions = SessionService(
            storage: sessionStorage, lookUp: sessionStorage, lifetimes: configuration.sessionLifetimes, clock: clock)
        signals = UserSignals(limit: Limits.eventStreams)
        slots = SlotService(storage: SQLiteSlotStorage(database, access: slotAccess), signals: signals)
        login = try LoginService(
            identity: identity, users: SQLiteUserStorage(database), sessions: sessions,
            nonces: LoginNonces(clock: clock), origins: OriginPolicy(publicURLs: configuration.publicURLs))
        throttle = try LoginThrottle(
            configuration.rateLimits, secret: identity.decoySecret, storage: SQLiteLoginLimitStorage(database),
            clock: clock)
        metrics = ServerMetrics()
    }

    /// Counts a request that anyone can make, such as a registration; `rate_limited` where its network made too many.
    package func countRequest(_ request: Request, _ context: OpenContext) throws(APIError) {
        try throttle.countRequest(
            from: ClientNetwork(request: request, context: context, trustedProxies: configuration.proxies))
    }
}
