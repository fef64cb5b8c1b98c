import CloudMLSAPI
import KeyHierarchy

/// Carries a store from its source to another key store: source read-only, account at the destination, copy, compare,
/// commit at the source, open at the destination, then what the auth-delivery server has to know.
///
/// Which steps are done already is asked of the servers, so it can be run again after an end at any point. The commit at
/// the source is the only point of no return: before it the move can be cancelled, after it only finished.
struct StoreMove<Source: MoveSource> {
    private(set) var source: Source
    let destination: MoveDestination
    let owner: StoreOwner
    let authDelivery: any AuthDeliveryService
    let environment: ClientEnvironment
    let progress: @Sendable (MoveProgress) -> Void

    init(
        from source: Source, to destination: MoveDestination, owner: StoreOwner,
        authDelivery: any AuthDeliveryService, environment: ClientEnvironment,
        progress: @escaping @Sendable (MoveProgress) -> Void
    ) {
        self.source = source
        self.destination = destination
        self.owner = owner
        self.authDelivery = authDelivery
        self.environment = environment
        self.progress = progress
    }

    /// - Returns: the profile that leads to the destination; nil where the one at the auth-delivery server does already.
    /// - Throws: `KeysChanged`, or `ClientError`.
    mutating func run() async throws -> Profile? {
        try source.check()
        let current = try owner.open(try await step(.readProfile) { try await authDelivery.profile() })
        guard current.serverID != destination.code.serverID else { return nil }
        try await source.meet(current)
        let origins = try await meetDestination()
        let route = MoveRoute(
            owner, from: current, to: destination, at: origins,
            moveID: try await source.begin(to: destination.code.serverID))
        let status = try await enter(route)
        try await source.freeze(route)
        if !source.hasLetGo { try await copyAndCommit(route, status) }
        try await open(route)
        let contents = try await step(.readDestination) {
            try await Authenticator.contents(of: destination.service)
        }
        let completion = try MoveCompletion(
            route.next, moveID: route.moveID, contents, dataKey: owner.dataKey, profileID: owner.profileID,
            keyring: owner.keyring)
        try await completion.run(at: authDelivery, environment)
        return route.next
    }

    /// Each step has a name, at which tests end the process.
    func step<Result>(
        _ step: MoveStep, isolation: isolated (any Actor)? = #isolation, _ work: () async throws -> Result
    ) async throws -> Result {
        try await environment.step(step, work)
    }

    /// - Returns: where the destination is found.
    private func meetDestination() async throws -> [Origin] {
        let origin = destination.code.origin
        let info = try await step(.meetDestination) { try await destination.service.serverInfo() }
        guard info.role == .keyStore, info.serverID.array == destination.code.serverID.bytes else {
            throw ClientError(
                .serverIdentityChanged, "What answers at \(origin) is not the key store of the setup code.",
                hint: "Ask whoever runs it for a new setup code.")
        }
        return Profile.origins(dialled: origin, others: info.knownOrigins)
    }

    private mutating func copyAndCommit(_ route: MoveRoute, _ status: ImportStatus) async throws {
        let digest: Bytes
        switch status.state {
        case .receiving:
            digest = try await copy(route, status)
        case .active where source.opensByDigest:
            // An earlier run came as far as that.
            digest = try await source.digest()
        default:
            throw ClientError.moveMisfit
        }
        try await source.commit(route, digest: digest)
    }

    /// Copies what is not at the destination yet, and compares both ends.
    ///
    /// - Returns: their digest.
    private func copy(_ route: MoveRoute, _ status: ImportStatus) async throws -> Bytes {
        report(status)
        // Where they differ, what was copied before may not be what the source has: all of it once more.
        for start in [status.lastName?.array, nil] {
            try await source.forEachPage(after: start, route) { objects in
                let page = ImportObjects(moveID: Bytes(route.moveID.bytes), objects: objects)
                report(try await step(.writePage) { try await destination.service.importObjects(page) })
            }
            let (here, there) = try await step(.compareDigests) { [source, destination] in
                async let there = destination.service.importDigest().digest
                async let here = source.digest()
                return (try await here, try await there)
            }
            if here == there { return here }
        }
        throw source.differs
    }

    private func report(_ status: ImportStatus) {
        progress(MoveProgress(copied: status.objects, total: source.objectCount, bytes: status.bytes))
    }

    private func open(_ route: MoveRoute) async throws {
        let opening = try source.opening(route)
        let status = try await step(.open) { try await destination.service.openImport(opening) }
        guard status.state == .active else { throw ClientError.moveMisfit }
    }
}

extension ClientError {
    static var moveMisfit: Self {
        Self(
            .malformedAnswer, "A key store's answer does not fit the move.",
            hint: "Check that the servers and this program are of the same release.")
    }
}
