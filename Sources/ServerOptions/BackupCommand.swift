package import ArgumentParser
import CommandSupport
import ServerKit

/// `backup`: writes a backup, or verifies one.
package struct BackupCommand<Served: StoredRole>: AsyncParsableCommand {
    package static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "backup",
            abstract: "Write everything that the server keeps into one file, or verify such a file.",
            discussion: """
                Works beside a running server. The file holds one consistent state: every write \
                that was answered before the backup began is in it. It also holds the server's \
                identity, and is made readable for you alone. What clients stored is encrypted in \
                it as it is on the server; still, keep it where you would keep the server.

                The database is checked first, and the file afterwards, row by row; only then \
                does the file get its name. --verify does the same for a file from another day, \
                by restoring it into a scratch database beside it: it takes as much free space as \
                the file is large.

                EXAMPLES
                  \(Served.programName) backup /media/stick/keys.backup --force
                  \(Served.programName) backup --verify /media/stick/keys.backup

                EXIT CODES
                  65  the file is no backup of this server, or of a newer version
                  66  there is no such file, or no data to back up
                  73  the file is there already, or cannot be written
                  74  the database or the file is damaged
                  75  another command is at it
                """)
    }

    @Argument(help: ArgumentHelp("The file to write, or with --verify to read.", valueName: "file"))
    var file: String

    @Flag(help: "Verify a file instead of writing one.")
    var verify = false

    @Flag(help: "Replace the file, once the new backup is complete and good.")
    var force = false

    @Flag(help: "Print what is in the backup as JSON.")
    var json = false

    @OptionGroup(title: "Data") var data: DataOptions<Served>

    package init() {}

    package func validate() throws {
        guard !(verify && force) else { throw ValidationError("--verify writes nothing: leave out --force.") }
    }

    package func run() async throws {
        try await Served.reportingStartupErrors {
            Interruption.ending { TemporaryFiles.removeAllAndExit(130) }
            if verify {
                let report = try BackupVerification(Served.schema).verify(file)
                try BackupSummary(report, of: file).print("\(file) is good.", asJSON: json)
            } else {
                let folder = try DataFolder(existing: data.folder)
                let report = try BackupWriter(Served.schema).write(folder, to: file, replacing: force) {
                    Terminal.progress($0.rawValue)
                }
                try BackupSummary(report, of: file).print("Backed up into \(file), and verified.", asJSON: json)
            }
        }
    }
}
