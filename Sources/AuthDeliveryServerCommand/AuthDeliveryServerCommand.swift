import ArgumentParser
import AuthDeliveryServer
import Foundation
import Logging
import ServerKit

@main
struct AuthDeliveryServerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "auth-delivery-server",
        abstract: "Keeps public keys and delivers MLS handshakes for CloudMLS users. It never sees a message or a key.",
        discussion: """
            EXAMPLES
              On this machine, to try it out (http://127.0.0.1:7465):
                auth-delivery-server

              For the public, with a certificate:
                auth-delivery-server --hostname 0.0.0.0 \\
                    --public-url https://ad.example.org:7465 \\
                    --tls-certificate fullchain.pem --tls-key privkey.pem

              Behind a proxy on the same machine that does TLS:
                auth-delivery-server --behind-proxy --public-url https://ad.example.org

              For those who are registered, and nobody else:
                auth-delivery-server --registration closed

              With one more platform whose accounts go to whoever comes first:
                auth-delivery-server --first-come folder --first-come lan-chat

            It runs until SIGTERM or SIGINT. An answered request survives a power cut. \
            A backup is a copy of the data folder while the server is stopped.

            EXIT CODES
              64  wrong usage
              65  the data folder is of another version or server
              69  the address cannot be bound
              73  the data folder cannot be made or opened
              75  another server has the data folder open
              78  unsafe options
            """)

    @OptionGroup(title: "Data and network") var service: ServiceOptions
    @OptionGroup(title: "Delivery") var delivery: DeliveryOptions

    func run() async throws {
        ServerProcess.prepare()
        var logger = Logger(label: "auth-delivery-server")
        logger.logLevel = service.logLevel
        do {
            try await AuthDeliveryApplication(try makeConfiguration(), logger: logger).run { _, listening in
                Self.say("auth-delivery-server listens on \(listening)")
            }
        } catch let error as StartupError {
            FileHandle.standardError.write(Data("auth-delivery-server: \(error.message)\n".utf8))
            throw ExitCode(error.exitCode.rawValue)
        }
    }

    private func makeConfiguration() throws(StartupError) -> AuthDeliveryConfiguration {
        let folder =
            service.data
            ?? DefaultDataFolder.path(
                programName: "auth-delivery-server", environment: ProcessInfo.processInfo.environment)
        var configuration = AuthDeliveryConfiguration(dataFolder: folder)
        try service.apply(to: &configuration.service)
        delivery.apply(to: &configuration)
        return configuration
    }

    /// Without a buffer in between: whoever started the server may wait for the line.
    private static func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }
}
