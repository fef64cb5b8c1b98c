import ArgumentParser
import AuthDeliveryServer
import CloudMLSAPI
import KeyHierarchy
import ServerKit
import ServerOptions

@main
struct AuthDeliveryServerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "auth-delivery-server",
        abstract: "Keeps public keys and delivers MLS handshakes for CloudMLS users. It never sees a message or a key.",
        discussion: discussion,
        subcommands: [
            Serve.self, ShowConfiguration.self, BackupCommand<AuthDelivery>.self, RestoreCommand<AuthDelivery>.self,
            DoctorCommand<AuthDelivery>.self,
        ],
        defaultSubcommand: Serve.self)

    /// Also what the command that serves says, whose help is shown where options come first.
    static let discussion = """
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

          A backup, while the server runs:
            auth-delivery-server backup /var/backups/ad.backup

        Every option can also stand in a file (--config) or in the environment \
        (CLOUDMLS_PORT, …). What is in force, and why:
          auth-delivery-server config

        It runs until SIGTERM or SIGINT. An answered request survives a power cut.

        EXIT CODES
          64  wrong usage
          65  the data folder is of another version or server
          69  the address cannot be bound
          73  the data folder cannot be made or opened
          74  the database is damaged
          75  another server has the data folder open
          78  unsafe options
        """

    static func main() async { await ServerProgram<AuthDelivery>.main(Self.self) }
}

/// Which server this is.
enum AuthDelivery: StoredRole {
    static let role = ServerRole.authDelivery
    static var schema: DatabaseSchema { DeliverySchema.schema }
}
