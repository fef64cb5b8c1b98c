import CloudMLSAPI
package import KeyHierarchy
package import NIOCore

/// What both servers can be told when they start.
package struct ServiceConfiguration: Sendable {
    package var role: ServerRole
    /// Path of the folder that holds the database. Made when it is not there.
    package var dataFolder: String
    package var host: String
    /// 0 lets the system choose.
    package var port: Int
    /// The addresses at which clients may reach the server; logins signed for other ones are refused, apart from
    /// loopback and private addresses.
    package var publicURLs: [Origin]
    package var tls: TLSSource?
    package var certificatePinning: CertificatePinning
    /// How often to look whether the certificate's files were replaced.
    package var certificateCheckInterval: Duration
    /// Whether a proxy in front ends TLS and sets `X-Forwarded-For`.
    package var behindProxy: Bool
    /// Where such proxies are; nobody else's `X-Forwarded-For` is believed. Empty means this machine, where
    /// `behindProxy` is set.
    package var trustedProxies: [AddressRange]
    /// Web pages of these origins may use the server from a browser.
    package var allowedOrigins: [Origin]
    /// Where `/metrics` is served, on the loopback interface; nil serves it to this machine beside everything else.
    package var metricsPort: Int?
    package var rateLimits: RateLimitSettings
    /// When and where to back up; nil for never.
    package var backups: BackupSchedule?
    /// Seconds between two looks through the whole database.
    package var integrityCheckInterval: UInt64
    package var sessionLifetimes: SessionLifetimes
    /// Connections that are served at a time; more wait.
    package var maximumConnections: Int
    /// How long a request's body may take, apart from the time that its bytes need on a slow line.
    package var requestGrace: TimeAmount
    /// How long a new connection may take to its first request, its header fields included.
    package var firstRequestGrace: TimeAmount
    /// How long requests that are under way may take to end once the server was told to stop; then they are cut off.
    package var shutdownGrace: Duration

    package init(role: ServerRole, dataFolder: String) {
        self.role = role
        self.dataFolder = dataFolder
        host = "127.0.0.1"
        port = role.defaultPort
        publicURLs = []
        tls = nil
        certificatePinning = .auto
        certificateCheckInterval = .seconds(5)
        behindProxy = false
        trustedProxies = []
        allowedOrigins = []
        metricsPort = nil
        rateLimits = RateLimitSettings()
        backups = nil
        integrityCheckInterval = 86_400
        sessionLifetimes = SessionLifetimes()
        maximumConnections = 4_096
        requestGrace = .seconds(90)
        firstRequestGrace = .seconds(30)
        shutdownGrace = .seconds(5)
    }

    /// Those whose `X-Forwarded-For` is believed.
    var proxies: [AddressRange] { trustedProxies.isEmpty && behindProxy ? AddressRange.loopback : trustedProxies }

    /// The name of the executable, of its default data folder and of its unit file.
    package var programName: String { role.programName }

    /// One value of `--public-url`.
    package static func publicURL(_ text: String) throws(StartupError) -> Origin {
        guard let origin = try? Origin(typed: text) else {
            throw StartupError(.configuration, "--public-url takes an address such as https://keys.example.org:7464.")
        }
        return origin
    }

    /// One value of `--allow-origin`. A page that came without TLS is whatever somebody on the way made of it.
    package static func allowedOrigin(_ text: String) throws(StartupError) -> Origin {
        guard let origin = try? Origin(typed: text), origin.scheme == .https || origin.isLocal else {
            throw StartupError(
                .configuration, "--allow-origin takes an https address such as https://chat.example.org.")
        }
        return origin
    }

    /// Whether a server that listens on this host can be reached from this machine only.
    private static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || IPAddress(host)?.isLoopback == true
    }

    /// Throws where the options are unsafe together: tokens and salts must not cross a network in the clear.
    package func validate() throws(StartupError) {
        guard (0...65_535).contains(port) else {
            throw StartupError(.configuration, "--port takes a number from 0 to 65535.")
        }
        guard metricsPort.map({ (1...65_535).contains($0) && $0 != port }) ?? true else {
            throw StartupError(.configuration, "--metrics-port takes a number from 1 to 65535 that is not --port's.")
        }
        guard maximumConnections > 0 else {
            throw StartupError(.configuration, "--max-connections takes a number from 1 on.")
        }
        if let backups {
            guard backups.interval > 0, backups.keep > 0 else {
                throw StartupError(.configuration, "--backup-every and --backup-keep take numbers from 1 on.")
            }
            guard FileSystem.exists(backups.folder) else {
                throw StartupError(.configuration, "There is no folder \(backups.folder) for --backup-folder: make it.")
            }
        }
        guard tls != nil || behindProxy || Self.isLoopback(host) else {
            throw StartupError(
                .configuration,
                """
                Refusing to listen on \(host) without TLS: logins would cross the network in the clear.
                Give --tls self-signed, or --tls-certificate and --tls-key; or --behind-proxy where a proxy on the way \
                to this server ends TLS; or leave out --hostname to listen on 127.0.0.1 only.
                """)
        }
        guard !publicURLs.isEmpty || !(behindProxy || ["0.0.0.0", "::"].contains(host)) else {
            throw StartupError(
                .configuration,
                """
                Give --public-url with the address under which clients reach this server, such as \
                https://keys.example.org:\(port): logins that were signed for another address are refused.
                """)
        }
    }
}

extension ServerRole {
    /// The name of the role's executable.
    package var programName: String {
        switch self {
        case .keyStore: "key-store-server"
        case .authDelivery: "auth-delivery-server"
        }
    }
}
