import ArgumentParser
import Foundation
import ServerKit

/// Where the server keeps its data.
struct DataOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The folder of the database, made where it is not there.",
            discussion: """
                Default: $XDG_DATA_HOME/key-store-server, else ~/.local/share/key-store-server; for a user without a \
                home, /var/lib/key-store-server.
                """,
            valueName: "folder"))
    var data: String?

    var folder: String {
        data
            ?? DefaultDataFolder.path(
                programName: "key-store-server", environment: ProcessInfo.processInfo.environment)
    }
}
