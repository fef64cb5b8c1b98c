import ArgumentParser
package import ServerKit

/// Whether and when the running server backs itself up.
package struct BackupOptions: ParsableArguments, Sendable {
    @Option(
        help: ArgumentHelp(
            "A folder into which the running server backs itself up.",
            discussion: "It must be there. Default: no backups. Give one on another disk.", valueName: "folder"))
    var backupFolder: String?

    @Option(help: ArgumentHelp("The time between two backups, such as 30m, 12h or 7d.", valueName: "time"))
    var backupEvery = TimeSpan(seconds: 86_400)

    @Option(
        help: ArgumentHelp(
            "How many of its own backups the server keeps in that folder. Older ones are deleted.", valueName: "count"))
    var backupKeep = 14

    package init() {}

    /// Puts the options into a configuration.
    package func apply(to configuration: inout ServiceConfiguration) {
        configuration.backups = backupFolder.map {
            BackupSchedule(folder: $0, interval: backupEvery.seconds, keep: backupKeep)
        }
    }
}

/// A time span as people type it: a number and `s`, `m`, `h` or `d`.
struct TimeSpan: ExpressibleByArgument, Sendable {
    var seconds: UInt64

    init(seconds: UInt64) { self.seconds = seconds }

    init?(argument: String) {
        let units: [Character: UInt64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
        guard let unit = argument.last.flatMap({ units[$0] }), let number = UInt64(argument.dropLast()),
            (1...100_000).contains(number)
        else { return nil }
        seconds = number * unit
    }

    var defaultValueDescription: String { seconds % 3_600 == 0 ? "\(seconds / 3_600)h" : "\(seconds)s" }
}
