import ArgumentParser
import AuthDeliveryServer
import CommandSupport
import ServerKit
import ServerOptions

/// `auth-delivery-server config`: what is in force.
struct ShowConfiguration: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Print every setting, its value, and where that comes from; start nothing.",
        discussion: """
            Takes the options of `serve`. Ends with 78 where the server would not start with them.

            EXAMPLE
              auth-delivery-server config --config auth-delivery-server.conf
            """)

    @OptionGroup var serve: Serve
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let defaults = ["data": serve.data.folder]
        let settings = SettingsReport.current
        Terminal.say(
            try json
                ? SettingsReport.json(settings, defaults: defaults)
                : SettingsReport.text(settings, defaults: defaults))
        try await AuthDelivery.reportingStartupErrors {
            let configuration = try serve.configuration()
            try configuration.service.validate()
            try configuration.validate()
        }
    }
}
