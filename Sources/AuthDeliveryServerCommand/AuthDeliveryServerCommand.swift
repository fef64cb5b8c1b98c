import ArgumentParser
import AuthDeliveryServer
import CloudMLSAPI
import ServerKit
import ServerOptions

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
                auth-delivery-server --behind-proxy \\
                  --public-url https://ad.example.org

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

    @OptionGroup(title: "Data") var data: DataOptions<AuthDelivery>
    @OptionGroup(title: "Network") var network: NetworkOptions<AuthDelivery>
    @OptionGroup(title: "Delivery") var delivery: DeliveryOptions

    func run() async throws {
        ServerProcess.prepare()
        try await AuthDelivery.reportingStartupErrors {
            var configuration = AuthDeliveryConfiguration(dataFolder: data.folder)
            try network.apply(to: &configuration.service)
            delivery.apply(to: &configuration)
            let application = try AuthDeliveryApplication(configuration, logger: network.logger)
            try await application.run { _, listening in
                Terminal.say("auth-delivery-server listens on \(listening)")
            }
        }
    }
}

/// Which server this is.
enum AuthDelivery: ServedRole {
    static let role = ServiceRole.authDelivery
}
