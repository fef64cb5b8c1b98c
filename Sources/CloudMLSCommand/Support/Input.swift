import CommandSupport

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Files and standard input, read whole.
enum Input {
    /// Texts are at most this long, in bytes; a platform may take less.
    static let maximumTextSize = 1 << 20

    /// The text of a file, or of standard input where `file` is nil or `-`.
    static func text(file: String?) throws(CommandFailure) -> String {
        if file == nil || file == "-", Terminal.inputIsTerminal {
            Terminal.note("Type the text; Ctrl-D on a line of its own ends it.")
        }
        let bytes = try contents(file: file, atMost: maximumTextSize)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandFailure(.badData, "the text is not UTF-8", advice: "convert it to UTF-8 first.")
        }
        guard !text.isEmpty else {
            throw CommandFailure(.badData, "the text is empty", advice: "give it with --file or on standard input.")
        }
        return text
    }

    /// The first line of a file, without its end.
    static func line(file: String) throws(CommandFailure) -> [UInt8] {
        guard file == "-" else {
            let bytes = try contents(file: file, atMost: 64 << 10)
            return trimmed(Array(bytes.prefix { $0 != UInt8(ascii: "\n") }))
        }
        var line: [UInt8] = []
        while let byte = try Terminal.readByte(), byte != UInt8(ascii: "\n") {
            line.append(byte)
        }
        return trimmed(line)
    }

    private static func trimmed(_ line: [UInt8]) -> [UInt8] {
        line.last == UInt8(ascii: "\r") ? Array(line.dropLast()) : line
    }

    /// All of a file, or of standard input where `file` is nil or `-`.
    static func contents(file: String?, atMost limit: Int) throws(CommandFailure) -> [UInt8] {
        var descriptor = STDIN_FILENO
        let name = file.flatMap { $0 == "-" ? nil : $0 } ?? "standard input"
        if let file, file != "-" {
            descriptor = open(file, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw unreadable(name, errno) }
        }
        defer { if descriptor != STDIN_FILENO { close(descriptor) } }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw unreadable(name, errno) }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
            guard bytes.count <= limit else {
                throw CommandFailure(
                    .badData, "\(name) holds more than \(limit) bytes", advice: "send it in several parts.")
            }
        }
    }

    private static func unreadable(_ name: String, _ reason: Int32) -> CommandFailure {
        CommandFailure(
            .noInput, "cannot read \(name): \(String(cString: strerror(reason)))",
            advice: "check the file's name and permissions.")
    }
}
