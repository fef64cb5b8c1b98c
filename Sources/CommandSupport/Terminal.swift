#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The person at the terminal, if there is one. Nothing stands in a buffer: whoever started the program may wait for a line.
package enum Terminal {
    package static var inputIsTerminal: Bool { isatty(STDIN_FILENO) == 1 }
    package static var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }
    package static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Shows what takes a moment, to a person only.
    package static func note(_ text: String) {
        if errorIsTerminal { writeError(text + "\n") }
    }

    /// Says what is being done, to a person only.
    package static func progress(_ text: String) { note("\(text) …") }

    /// A line on standard output.
    package static func say(_ text: String) { writeOutput(text + "\n") }

    /// A line on standard error.
    package static func complain(_ text: String) { writeError(text + "\n") }

    package static func writeError(_ text: String) { write(Array(text.utf8), to: STDERR_FILENO) }

    package static func writeOutput(_ text: String) { write(Array(text.utf8), to: STDOUT_FILENO) }

    package static func write(_ bytes: [UInt8], to descriptor: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            #if canImport(Darwin)
                let count = rest.withUnsafeBytes { Darwin.write(descriptor, $0.baseAddress, $0.count) }
            #else
                let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            #endif
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// A text as it can be shown: what would move the cursor, colour the screen, or turn the reading direction is
    /// replaced, so that a message cannot pass for something that this program says.
    package static func safe(_ text: String, lines: Bool = false) -> String {
        var shown = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control where lines && (scalar == "\n" || scalar == "\t"): shown.append(scalar)
            case .control, .lineSeparator, .paragraphSeparator: shown.append("\u{FFFD}")
            case .format where (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value):
                shown.append("\u{FFFD}")
            default: shown.append(scalar)
            }
        }
        return String(shown)
    }
}
