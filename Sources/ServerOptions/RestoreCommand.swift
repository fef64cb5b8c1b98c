package import ArgumentParser
import CommandSupport
import ServerKit

/// `restore`: puts a backup into the data folder.
package struct RestoreCommand<Served: StoredRole>: AsyncParsableCommand {
    package static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "restore",
            abstract: "Put a backup into the data folder of a server that is stopped.",
            discussion: """
                The backup is verified first. The server comes back with the same identity and \
                address, so that nobody has to set anything up again; but everybody has to sign in \
                anew, setup codes that were not used yet are void, and what was written after the \
                backup is gone. Clients notice that the server was restored.

                With --force a database that is there is replaced. The old one stays beside it as \
                data.sqlite.before-restore-TIME, until you delete it.

                EXAMPLE
                  \(Served.programName) restore /media/stick/keys.backup --force

                EXIT CODES
                  65  the file is no backup of this server, or of a newer version
                  66  there is no such file
                  73  there is a database already, or the folder cannot be written
                  74  the file is damaged
                  75  the server is running, or another command is at it
                """)
    }

    @Argument(help: ArgumentHelp("The backup.", valueName: "file"))
    var file: String

    @Flag(help: "Replace the database that is there, and keep it aside.")
    var force = false

    @Flag(help: "Print what was restored as JSON.")
    var json = false

    @OptionGroup(title: "Data") var data: DataOptions<Served>

    package init() {}

    package func run() async throws {
        try await Served.reportingStartupErrors {
            Interruption.ending { TemporaryFiles.removeAllAndExit(130) }
            let outcome = try Restoration(Served.schema).restore(file, into: data.folder, replacing: force) {
                Terminal.progress($0.rawValue)
            }
            try BackupSummary(outcome.report, of: file).print("Restored into \(data.folder).", asJSON: json)
            if let aside = outcome.keptAside, !json {
                Terminal.say("The database that was there is now \(aside): delete it when all is well.")
            }
        }
    }
}
