import ArgumentParser
import Foundation
import ServerKit

/// Standard output and error, without a buffer in between: whoever started the server may wait for a line.
enum Terminal {
    static var isOutputATerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    static func say(_ text: String) { FileHandle.standardOutput.write(Data("\(text)\n".utf8)) }

    static func complain(_ text: String) { FileHandle.standardError.write(Data("\(text)\n".utf8)) }
}

/// Turns a `StartupError` into its message and exit code.
func reportingStartupErrors(_ body: () async throws -> Void) async throws {
    do {
        try await body()
    } catch let error as StartupError {
        Terminal.complain("key-store-server: \(error.message)")
        throw ExitCode(error.exitCode.rawValue)
    }
}
