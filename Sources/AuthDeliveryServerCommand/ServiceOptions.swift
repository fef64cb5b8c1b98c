import ArgumentParser
import Logging
import ServerKit

/// Where the server keeps its data and listens.
struct ServiceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The folder of the database, made where it is not there.",
            discussion: "Default: $XDG_DATA_HOME/auth-delivery-server, else ~/.local/share/auth-delivery-server.",
            valueName: "folder"))
    var data: String?

    @Option(
        name: [.customLong("hostname"), .customLong("host")],
        help: ArgumentHelp(
            "The address to listen on. Beyond this machine it takes TLS or --behind-proxy.", valueName: "address"))
    var hostname = "127.0.0.1"

    @Option(help: "The port to listen on; 0 lets the system choose.")
    var port = 7_465

    @Option(
        name: .customLong("public-url"),
        help: ArgumentHelp(
            "The address under which clients reach the server. May be given more than once.",
            discussion: "Logins that were signed for another address are refused, but for loopback and private ones.",
            valueName: "url"))
    var publicURLs: [String] = []

    @Option(help: ArgumentHelp("PEM file with the certificate chain, the server's own first.", valueName: "file"))
    var tlsCertificate: String?

    @Option(help: ArgumentHelp("PEM file with the certificate's private key.", valueName: "file"))
    var tlsKey: String?

    @Flag(help: "A proxy in front ends TLS and sets X-Forwarded-For.")
    var behindProxy = false

    @Option(help: ArgumentHelp("Connections served at a time; more wait.", valueName: "count"))
    var maxConnections = 4_096

    @Option(
        help: ArgumentHelp(
            "How much goes to standard error: trace, debug, info, notice, warning, error or critical.",
            valueName: "level"),
        transform: { text in
            guard let level = Logger.Level(rawValue: text) else { throw ValidationError("There is no such level.") }
            return level
        })
    var logLevel: Logger.Level = .notice

    /// Puts the options into a configuration.
    func apply(to configuration: inout ServiceConfiguration) throws(StartupError) {
        configuration.host = hostname
        configuration.port = port
        configuration.behindProxy = behindProxy
        configuration.maximumConnections = maxConnections
        configuration.publicURLs = []
        for text in publicURLs { configuration.publicURLs.append(try ServiceConfiguration.publicURL(text)) }
        switch (tlsCertificate, tlsKey) {
        case (nil, nil):
            configuration.tls = nil
        case (let certificate?, let key?):
            configuration.tls = ServiceConfiguration.TLSFiles(certificateChain: certificate, privateKey: key)
        default:
            throw StartupError(.configuration, "--tls-certificate and --tls-key go together.")
        }
    }
}
