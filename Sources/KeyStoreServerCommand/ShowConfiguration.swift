import ArgumentParser
import CommandSupport
import KeyStoreServer
import ServerKit
import ServerOptions

/// `key-store-server config`: what is in force.
struct ShowConfiguration: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Print every setting, its value, and where that comes from; start nothing.",
        discussion: """
            Takes the options of `serve`. Ends with 78 where the server would not start with them.

            EXAMPLE
              key-store-server config --config key-store-server.conf
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
        try await KeyStore.reportingStartupErrors { try serve.configuration().service.validate() }
    }
}
