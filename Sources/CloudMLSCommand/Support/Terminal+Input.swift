import CommandSupport

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

extension Terminal {
    /// The next byte of standard input; nil at its end. Takes no more than that byte, so that what follows a password
    /// is still there for whoever reads the text.
    static func readByte() throws(CommandFailure) -> UInt8? {
        var byte: UInt8 = 0
        while true {
            let count = read(STDIN_FILENO, &byte, 1)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw CommandFailure(
                    .noInput, "cannot read standard input: \(String(cString: strerror(errno)))",
                    advice: "check what the command is fed with.")
            }
            return count == 0 ? nil : byte
        }
    }

    /// Asks a question that only "yes" or "y" answers with yes; without a terminal the answer is no.
    static func confirm(_ question: String) -> Bool {
        guard inputIsTerminal else { return false }
        writeError("\(question) [y/N] ")
        var line: [UInt8] = []
        while let byte = try? readByte(), byte != UInt8(ascii: "\n") { line.append(byte) }
        return ["y", "yes"].contains(String(decoding: line, as: UTF8.self).lowercased())
    }

    /// Asks for one line that is not shown while it is typed. Ctrl-C ends the program with the terminal as it was:
    /// signals are switched off meanwhile and the key is read as a byte.
    static func readSecret(prompt: String) throws(CommandFailure) -> [UInt8] {
        var before = termios()
        guard tcgetattr(STDIN_FILENO, &before) == 0 else {
            throw CommandFailure(
                .usage, "there is no terminal to ask for the password",
                advice: "use --password-file FILE, or `--password-file -` to give it on standard input.")
        }
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
        // Discards what was typed before the question: it would have been shown.
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        defer {
            tcsetattr(STDIN_FILENO, TCSADRAIN, &before)
            writeError("\n")
        }
        writeError(prompt)
        var line: [UInt8] = []
        while let byte = try readByte() {
            switch byte {
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                return line
            case 3:  // Ctrl-C
                throw CommandFailure(.interrupted, "interrupted", advice: "run the command again.")
            case 4:  // Ctrl-D
                return line
            case 21:  // Ctrl-U
                line = []
            case 8, 127:  // Backspace takes a whole character with it.
                while let last = line.popLast(), last & 0xC0 == 0x80 {}
            default:
                line.append(byte)
            }
        }
        return line
    }
}
