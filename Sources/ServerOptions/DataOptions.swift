public import ArgumentParser
import CloudMLSAPI
import Foundation
import ServerKit

/// Where a server keeps its data.
public struct DataOptions<Served: ServedRole>: ParsableArguments, Sendable {
    @Option(
        help: ArgumentHelp(
            "The folder of the database, made where it is not there.",
            discussion: """
                Default: $XDG_DATA_HOME/\(Served.programName), else ~/.local/share/\(Served.programName); for a user \
                without a home, /var/lib/\(Served.programName).
                """,
            valueName: "folder"))
    var data: String?

    @Option(
        help: ArgumentHelp(
            "A file with settings, a line \"key = value\" for each; keys are the names of the options.",
            discussion: """
                Options win over the environment (CLOUDMLS_ and the name in capitals, such as CLOUDMLS_PUBLIC_URL), \
                that over the file. `\(Served.programName) config` shows what is in force.
                """,
            valueName: "file"))
    var config: String?

    public init() {}

    /// The folder to use, from the option or the environment.
    public var folder: String {
        data
            ?? DefaultDataFolder.path(
                programName: Served.programName, environment: ProcessInfo.processInfo.environment)
    }
}
