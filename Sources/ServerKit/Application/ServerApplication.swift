import HTTPTypes
package import Hummingbird
import HummingbirdCore
package import KeyHierarchy
package import Logging
import NIOCore
import NIOSSL
import ServiceLifecycle
import Synchronization
import UnixSignals

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A server that can be run: the routes that both have, those of its own, and the socket.
package struct ServerApplication: Sendable {
    /// Method and path of every route, such as `GET /v1/objects/{name}`; not those that only say 405.
    package let routes: [String]
    private let core: ServerCore
    private let responder: RouterResponder<OpenContext>
    private let direct: DirectResponder
    private let tls: ServerCertificate?
    private let selfSigned: SelfSignedCertificate?
    private let logger: Logger

    /// - Parameters:
    ///   - directRoutes: those of the server's own routes that need a session and little else.
    ///   - addRoutes: adds the other ones: to the first router those that are open to anyone, to the second those that
    ///     need a session.
    package init(
        _ core: ServerCore, logger: Logger, directRoutes: [DirectRoute] = [],
        addRoutes: (_ open: Router<OpenContext>, _ session: RouterGroup<SessionContext>) -> Void
    ) throws(StartupError) {
        self.core = core
        self.logger = logger
        core.database.health.setLogger(logger)
        switch core.configuration.tls {
        case nil:
            (tls, selfSigned) = (nil, nil)
        case .files(let files):
            (tls, selfSigned) = (try ServerCertificate(files), nil)
        case .selfSigned:
            let made = SelfSignedCertificate(
                folder: core.folder, configuration: core.configuration, clock: core.clock)
            try made.prepare(core.serverStorage)
            (tls, selfSigned) = (try ServerCertificate(made.files), made)
        }
        let role = core.configuration.role
        let router = Router(context: OpenContext.self)
        let browsers = BrowserPolicy(
            role: role, allowedOrigins: core.configuration.allowedOrigins, publicURLs: core.configuration.publicURLs)
        router.add(middleware: CrossOriginMiddleware(policy: browsers))
        let rules = AnswerRules(role: role, incarnation: core.identity.incarnation.hex, metrics: core.metrics)
        router.add(middleware: AnswerMiddleware(rules: rules))
        let session = router.group().add(middleware: SessionMiddleware(sessions: core.sessions, browsers: browsers))
            .group(context: SessionContext.self)
        let login = LoginRoutes(
            login: core.login, sessions: core.sessions, throttle: core.throttle, metrics: core.metrics,
            browsers: browsers, clock: core.clock,
            trustedProxies: core.configuration.proxies)
        login.add(to: router)
        login.add(toSessionRoutes: session)
        ServerInfoRoutes(
            role: role, identity: core.identity, publicURLs: core.configuration.publicURLs,
            health: core.database.health
        ).add(to: router)
        core.metrics.addServerGauges(folder: core.folder, clock: core.clock, certificate: tls)
        MetricsRoute(
            metrics: core.metrics,
            isTold: core.configuration.metricsPort == nil && core.configuration.proxies.isEmpty
        ).add(to: router)
        SlotRoutes(role: role, service: core.slots).add(to: session)
        SessionRoutes(sessions: core.sessions).add(to: session)
        addRoutes(router, session)
        for route in directRoutes { session.add(route) }
        direct = DirectResponder(
            routes: directRoutes, sessions: core.sessions, rules: rules, variesByOrigin: browsers.allowsAny,
            logger: logger)
        routes = router.routes.map { "\($0.method.rawValue) \($0.path)" }
        router.refuseOtherMethods()
        responder = router.buildResponder()
    }

    /// Serves until SIGTERM, SIGINT or the task's cancellation; requests that are under way are answered first,
    /// within `ServiceConfiguration.shutdownGrace`.
    /// - Parameter onReady: called once the socket listens, with where the server is to be found and the port.
    package func run(
        onReady: @escaping @Sendable (Reachability, _ listening: Origin) async -> Void
    ) async throws {
        let configuration = core.configuration
        let metrics = core.metrics
        let isReady = Mutex(false)
        let http1 = HTTP1Channel.Configuration(
            additionalChannelHandlers: [
                ConnectionCountHandler(metrics: metrics),
                RequestPaceHandler(
                    firstRequest: configuration.firstRequestGrace, grace: configuration.requestGrace),
            ],
            idleTimeout: .seconds(75),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: 8_192, maxHeaderListSize: 32_768, maxHeaderFieldCount: 100))
        let application = Application(
            responder: responder,
            server: .http1(http1, direct: direct, certificate: tls),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port),
                availableConnectionsDelegate: MaximumAvailableConnections(configuration.maximumConnections)),
            services: services + core.safetyServices(logger: logger),
            onServerRunning: { [core, pin = pin(), isTLS = tls != nil, logger] channel in
                isReady.withLock { $0 = true }
                let port = channel.localAddress?.port ?? configuration.port
                guard let listening = Self.origin(host: configuration.host, port: port, isTLS: isTLS) else {
                    return
                }
                let reachability = Reachability(
                    origin: configuration.publicURLs.first ?? listening, certificatePin: pin)
                do {
                    try await core.serverStorage.setReachability(reachability)
                } catch {
                    logger.error("cannot remember the server's address", metadata: ["reason": "\(error)"])
                }
                await onReady(reachability, listening)
            },
            logger: logger)
        defer {
            if (try? core.database.close()) != nil { core.folder.markStopped() }
            core.folder.unlock()
        }
        do {
            var group = ServiceGroupConfiguration(
                services: [application], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
            // A client that never finishes its request must not keep the server from stopping.
            group.maximumGracefulShutdownDuration = configuration.shutdownGrace
            try await ServiceGroup(configuration: group).run()
        } catch let error as StartupError {
            throw error
        } catch  where !isReady.withLock({ $0 }) {
            throw StartupError(.unavailable, Self.cannotListen(configuration, because: error))
        }
    }

    /// What runs beside the socket.
    private var services: [any Service] {
        var services: [any Service] = [
            ExpiredSessionRemoval(storage: core.sessionStorage, clock: core.clock, logger: logger),
            LoginLimitSaving(throttle: core.throttle, logger: logger),
        ]
        if let port = core.configuration.metricsPort {
            services.append(MetricsListener(metrics: core.metrics, port: port, logger: logger))
        }
        if let tls {
            services.append(
                CertificateWatch(
                    certificate: tls, interval: core.configuration.certificateCheckInterval, clock: core.clock,
                    logger: logger, renew: { [selfSigned] in try selfSigned?.renew() },
                    onChange: { [self] loaded, before in await certificateChanged(to: loaded, from: before) }))
        }
        return services
    }

    /// The pin that setup codes carry.
    private func pin() -> CertificatePin? {
        guard let current = tls?.current else { return nil }
        return switch core.configuration.certificatePinning {
        case .always: current.pin
        case .never: nil
        case .auto: current.isSelfSigned ? current.pin : nil
        }
    }

    private func certificateChanged(to loaded: LoadedCertificate, from before: LoadedCertificate) async {
        do {
            guard var reachability = try await core.serverStorage.reachability() else { return }
            if reachability.certificatePin != nil, loaded.pin != before.pin {
                logger.warning(
                    "the new TLS certificate has another key: clients that have the pin of the one before refuse it")
            }
            reachability.certificatePin = pin()
            try await core.serverStorage.setReachability(reachability)
        } catch {
            logger.error("cannot remember the certificate's pin", metadata: ["reason": "\(error)"])
        }
    }

    private static func cannotListen(_ configuration: ServiceConfiguration, because error: any Error) -> String {
        let place = "\(configuration.host), port \(configuration.port)"
        return switch (error as? IOError)?.errnoCode {
        case EADDRINUSE: "Cannot listen on \(place): another program does already. End it, or give another --port."
        case EACCES: "Cannot listen on \(place): that takes more rights. Give a --port from 1024 on."
        case EADDRNOTAVAIL:
            "Cannot listen on \(place): this machine does not have that address. Give another --hostname."
        default: "Cannot listen on \(place): \(error)"
        }
    }

    private static func origin(host: String, port: Int, isTLS: Bool) -> Origin? {
        let bracketed = host.contains(":") ? "[\(host)]" : host
        return try? Origin(typed: "\(isTLS ? "https" : "http")://\(bracketed):\(port)")
    }
}
