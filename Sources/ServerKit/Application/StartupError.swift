/// Why a server does not start, with the exit code that tells a supervisor (the numbers of `sysexits.h`).
package struct StartupError: Error, Equatable, CustomStringConvertible {
    package enum ExitCode: Int32, Sendable {
        /// `EX_DATAERR`: the data folder is of another version, or of the other server.
        case dataFolderOfAnotherVersion = 65
        /// `EX_NOINPUT`: there is no data folder where one must be.
        case noInput = 66
        /// `EX_NOUSER`: there is no user of that name.
        case noUser = 67
        /// `EX_UNAVAILABLE`: the address cannot be bound.
        case unavailable = 69
        /// `EX_CANTCREAT`: the data folder cannot be made or opened.
        case cannotCreate = 73
        /// `EX_IOERR`: the database or a backup is damaged.
        case damaged = 74
        /// `EX_TEMPFAIL`: another process has the data folder open.
        case inUse = 75
        /// `EX_CONFIG`: options that do not go together or are unsafe.
        case configuration = 78
    }

    package var exitCode: ExitCode
    /// For people; names the option to change.
    package var message: String

    package init(_ exitCode: ExitCode, _ message: String) {
        self.exitCode = exitCode
        self.message = message
    }

    package static func == (lhs: Self, rhs: Self) -> Bool { lhs.exitCode == rhs.exitCode }

    package var description: String { message }
}
