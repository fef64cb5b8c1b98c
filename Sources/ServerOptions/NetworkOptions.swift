public import ArgumentParser
import CloudMLSAPI
package import Logging
package import ServerKit

/// Where a server listens, and what it says about it.
public struct NetworkOptions<Served: ServedRole>: ParsableArguments, Sendable {
    @Option(
        name: [.customLong("hostname"), .customLong("host")],
        help: ArgumentHelp(
            "The address to listen on. Beyond this machine it takes TLS or --behind-proxy.", valueName: "address"))
    var hostname = "127.0.0.1"

    @Option(help: "The port to listen on; 0 lets the system choose.")
    var port = Served.role.defaultPort

    @Option(
        name: .customLong("public-url"),
        help: ArgumentHelp(
            "The address under which clients reach the server. May be given more than once.",
            discussion: "Logins that were signed for another address are refused, but for loopback and private ones.",
            valueName: "url"))
    var publicURLs: [String] = []

    @Option(
        help: ArgumentHelp(
            "Where the certificate comes from: files, or self-signed.",
            discussion: """
                With self-signed, the server makes a certificate of its own in the data folder; clients know it by the \
                pin in their setup code. Default: files where --tls-certificate is given.
                """))
    var tls: TLSChoice?

    @Option(help: ArgumentHelp("PEM file with the certificate chain, the server's own first.", valueName: "file"))
    var tlsCertificate: String?

    @Option(help: ArgumentHelp("PEM file with the certificate's private key.", valueName: "file"))
    var tlsKey: String?

    @Option(
        help: ArgumentHelp(
            "Whether setup codes carry the certificate's pin: auto, always, never.",
            discussion: "A client with a pin trusts that key only. auto: where the certificate is self-signed."))
    var pinCertificate = CertificatePinning.auto

    @Flag(help: "A proxy in front ends TLS and sets X-Forwarded-For.")
    var behindProxy = false

    @Option(
        name: .customLong("trusted-proxy"),
        help: ArgumentHelp(
            "A proxy whose X-Forwarded-For is believed. May be given more than once.",
            discussion: "Default with --behind-proxy: this machine.", valueName: "address[/prefix]"))
    var trustedProxies: [String] = []

    @Option(
        name: .customLong("allow-origin"),
        help: ArgumentHelp(
            "A web page's origin that may use the server from a browser. May be given more than once.",
            valueName: "https://…"))
    var allowOrigins: [String] = []

    @Option(
        help: ArgumentHelp(
            "Serve /metrics on this port of the loopback interface.",
            discussion: "Default: beside everything else, to this machine only; not at all behind a proxy.",
            valueName: "port"))
    var metricsPort: Int?

    @Option(help: ArgumentHelp("Connections served at a time; more wait.", valueName: "count"))
    var maxConnections = 4_096

    @Option(
        help: ArgumentHelp(
            "The least important messages that go to standard error.",
            discussion: "From info on there is a line for each request, without names and tokens.",
            valueName: "level"))
    var logLevel = LogLevel.notice

    @Option(help: "How lines of the log look: text, json.")
    package var logFormat = LogFormat.text

    public init() {}

    /// A logger that follows `--log-level`.
    package var logger: Logger {
        var logger = Logger(label: Served.programName)
        logger.logLevel = logLevel.level
        return logger
    }

    /// Puts the options into a configuration.
    package func apply(to configuration: inout ServiceConfiguration) throws(StartupError) {
        configuration.host = hostname
        configuration.port = port
        configuration.behindProxy = behindProxy
        configuration.maximumConnections = maxConnections
        configuration.publicURLs = []
        for text in publicURLs { configuration.publicURLs.append(try ServiceConfiguration.publicURL(text)) }
        configuration.trustedProxies = []
        for text in trustedProxies {
            guard let range = AddressRange(text) else {
                throw StartupError(
                    .configuration, "--trusted-proxy takes an address such as 192.0.2.7 or 10.0.0.0/8.")
            }
            configuration.trustedProxies.append(range)
        }
        configuration.allowedOrigins = []
        for text in allowOrigins {
            configuration.allowedOrigins.append(try ServiceConfiguration.allowedOrigin(text))
        }
        configuration.metricsPort = metricsPort
        configuration.certificatePinning = pinCertificate
        configuration.tls = try tlsSource()
    }

    private func tlsSource() throws(StartupError) -> TLSSource? {
        switch (tls, tlsCertificate, tlsKey) {
        case (nil, nil, nil): nil
        case (.selfSigned, nil, nil): .selfSigned
        case (.selfSigned, _, _):
            throw StartupError(.configuration, "--tls self-signed goes without --tls-certificate and --tls-key.")
        case (_, let certificate?, let key?):
            .files(TLSFiles(certificateChain: certificate, privateKey: key))
        default:
            throw StartupError(.configuration, "--tls-certificate and --tls-key go together.")
        }
    }
}

/// `--tls`.
enum TLSChoice: String, ExpressibleByArgument, CaseIterable {
    case files
    case selfSigned = "self-signed"
}

extension CertificatePinning: ExpressibleByArgument {}
extension LogFormat: ExpressibleByArgument {}

/// `--log-level`.
enum LogLevel: String, ExpressibleByArgument, CaseIterable {
    case trace
    case debug
    case info
    case notice
    case warning
    case error
    case critical

    var level: Logger.Level {
        switch self {
        case .trace: .trace
        case .debug: .debug
        case .info: .info
        case .notice: .notice
        case .warning: .warning
        case .error: .error
        case .critical: .critical
        }
    }
}
