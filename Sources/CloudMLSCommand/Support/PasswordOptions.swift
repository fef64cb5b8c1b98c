import ArgumentParser

/// Where the password comes from; never from an argument, which every user of the machine could see.
struct PasswordOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Read the password from the first line of a file; - is standard input. Asked for on the terminal otherwise.",
            valueName: "file"))
    var passwordFile: String?

    /// - Parameter new: a password that is chosen now is asked for twice.
    func password(new: Bool = false) throws(CommandFailure) -> String {
        let bytes: [UInt8]
        if let passwordFile {
            bytes = try Input.line(file: passwordFile)
        } else {
            bytes = try Terminal.readSecret(prompt: "Password: ")
            if new, try Terminal.readSecret(prompt: "Password again: ") != bytes {
                throw CommandFailure(.usage, "the two passwords differ", advice: "run the command again.")
            }
        }
        guard let password = String(validating: bytes, as: UTF8.self) else {
            throw CommandFailure(
                .badData, "the password is not UTF-8", advice: "check the terminal's or file's encoding.")
        }
        guard !password.isEmpty else {
            throw CommandFailure(.badData, "the password is empty", advice: "choose a long one.")
        }
        return password
    }
}
