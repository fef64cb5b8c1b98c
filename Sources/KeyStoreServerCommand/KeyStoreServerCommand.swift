import ArgumentParser
import CloudMLSAPI
import KeyHierarchy
import KeyStoreServer
import ServerKit
import ServerOptions

@main
struct KeyStoreServerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key-store-server",
        abstract: "Keeps a family's encrypted CloudMLS keys. It can read none of them.",
        discussion: """
            EXAMPLES
              On this machine, to try it out (http://127.0.0.1:7464):
                key-store-server

              At home, without a domain, with a certificate of its own:
                key-store-server --hostname 0.0.0.0 --tls self-signed \\
                  --public-url https://192.168.1.20:7464

              At home, with a certificate of an authority:
                key-store-server --hostname 0.0.0.0 \\
                  --public-url https://keys.example.org:7464 \\
                  --tls-certificate fullchain.pem --tls-key privkey.pem

              Behind a proxy on the same machine that does TLS:
                key-store-server --behind-proxy \\
                  --public-url https://keys.example.org

              A setup code for one more person, while the server runs:
                key-store-server invite

            Every option can also stand in a file (--config) or in the environment \
            (CLOUDMLS_PORT, …). What is in force, and why:
              key-store-server config

            Nobody can register without a setup code. The first one is in the \
            file setup-code in the data folder, until somebody used it. Hand it to \
            `cloudmls sign-up`. A code is good once, within 24 hours.

              A backup, while the server runs, and a look whether it is good:
                key-store-server backup /media/stick/keys.backup
                key-store-server backup --verify /media/stick/keys.backup

              What is wrong, if anything:
                key-store-server doctor

            The server runs until SIGTERM or SIGINT. An answered write survives a \
            power cut.

            EXIT CODES
              0   stopped by a signal
              64  wrong usage
              65  the data folder is of another version, or of another server
              66  there is no data folder to invite into
              67  there is no user of that name
              69  the address cannot be bound
              73  the data folder cannot be made or opened
              74  the database is damaged
              75  another server has the data folder open
              78  options that are unsafe or do not go together
            """,
        subcommands: [
            Serve.self, Invite.self, ShowConfiguration.self, BackupCommand<KeyStore>.self,
            RestoreCommand<KeyStore>.self, DoctorCommand<KeyStore>.self, Users.self, Disable.self, Enable.self,
            Remove.self, PrintOpenAPI.self,
        ],
        defaultSubcommand: Serve.self)

    static func main() async { await ServerProgram<KeyStore>.main(Self.self) }
}

/// Which server this is.
enum KeyStore: StoredRole {
    static let role = ServerRole.keyStore
    static var schema: DatabaseSchema { KeyStoreSchema.schema }
}
