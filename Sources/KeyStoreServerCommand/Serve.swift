import ArgumentParser
import CommandSupport
import KeyHierarchy
import KeyStoreServer
import ServerKit
import ServerOptions

/// `key-store-server serve`: the server itself.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Run the server. This is what happens without a command.")

    @OptionGroup(title: "Data") var data: DataOptions<KeyStore>
    @OptionGroup(title: "Network") var network: NetworkOptions<KeyStore>
    @OptionGroup(title: "Limits") var limits: LimitOptions
    @OptionGroup(title: "Backups") var backups: BackupOptions

    func configuration() throws(StartupError) -> KeyStoreConfiguration {
        var configuration = KeyStoreConfiguration(dataFolder: data.folder)
        try network.apply(to: &configuration.service)
        limits.apply(to: &configuration)
        backups.apply(to: &configuration.service)
        return configuration
    }

    func run() async throws {
        ServerProcess.prepare(logFormat: network.logFormat)
        try await KeyStore.reportingStartupErrors {
            let application = try KeyStoreApplication(configuration(), logger: network.logger)
            try await application.run { ready in
                Terminal.say("key-store-server listens on \(ready.listening)")
                guard let code = ready.setupCode else { return }
                // A service manager keeps what is printed, where others may read it: there the file has to do.
                if Terminal.outputIsTerminal {
                    Terminal.say("Register within 24 hours with this setup code:\n\(code.text)")
                } else {
                    Terminal.say("The setup code to register with is in \(data.folder)/\(SetupCodes.fileName)")
                }
            }
        }
    }
}
