import Foundation

/// Standard output and error, without a buffer in between: whoever started the server may wait for a line.
package enum Terminal {
    package static var isOutputATerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    package static func say(_ text: String) { FileHandle.standardOutput.write(Data("\(text)\n".utf8)) }

    package static func complain(_ text: String) { FileHandle.standardError.write(Data("\(text)\n".utf8)) }

    /// Says what is being done, to people who watch.
    package static func progress(_ text: String) {
        if isatty(STDERR_FILENO) == 1 { complain("\(text) …") }
    }
}
