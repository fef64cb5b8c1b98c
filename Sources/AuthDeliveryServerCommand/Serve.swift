import ArgumentParser
import AuthDeliveryServer
import CommandSupport
import ServerKit
import ServerOptions

/// `auth-delivery-server serve`: the server itself.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the server. This is what happens without a command.",
        discussion: AuthDeliveryServerCommand.discussion)

    @OptionGroup(title: "Data") var data: DataOptions<AuthDelivery>
    @OptionGroup(title: "Network") var network: NetworkOptions<AuthDelivery>
    @OptionGroup(title: "Delivery") var delivery: DeliveryOptions
    @OptionGroup(title: "Backups") var backups: BackupOptions

    func configuration() throws(StartupError) -> AuthDeliveryConfiguration {
        var configuration = AuthDeliveryConfiguration(dataFolder: data.folder)
        try network.apply(to: &configuration.service)
        delivery.apply(to: &configuration)
        backups.apply(to: &configuration.service)
        return configuration
    }

    func run() async throws {
        ServerProcess.prepare(logFormat: network.logFormat)
        try await AuthDelivery.reportingStartupErrors {
            let application = try AuthDeliveryApplication(configuration(), logger: network.logger)
            try await application.run { _, listening in
                Terminal.say("auth-delivery-server listens on \(listening)")
            }
        }
    }
}
