import ArgumentParser
import CommandSupport
import ServerKit

extension ServedRole {
    /// Turns a `StartupError` into its message and exit code.
    package static func reportingStartupErrors(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let error as StartupError {
            throw reported(error)
        }
    }

    private static func reported(_ error: StartupError) -> ExitCode {
        Terminal.complain("\(programName): \(error.message)")
        return ExitCode(error.exitCode.rawValue)
    }
}
