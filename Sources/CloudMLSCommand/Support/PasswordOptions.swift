import ArgumentParser
import CommandSupport
import KeyHierarchy

/// Where the password comes from; never from an argument, which every user of the machine could see.
struct PasswordOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Read the password from the first line of a file; - is standard input. Asked for on the terminal otherwise.",
            valueName: "file"))
    var passwordFile: String?

    /// - Parameters:
    ///   - new: a password that is chosen now is asked for twice.
    ///   - prompt: what to ask for on a terminal.
    func password(new: Bool = false, prompt: String = "Password") throws(CommandFailure) -> Password {
        try Self.read(file: passwordFile, new: new, prompt: prompt)
    }

    /// - Parameter file: reads the first line of it; asks on the terminal where it is nil.
    static func read(file: String?, new: Bool, prompt: String) throws(CommandFailure) -> Password {
        let bytes: [UInt8]
        if let file {
            bytes = try Input.line(file: file)
        } else {
            bytes = try Terminal.readSecret(prompt: "\(prompt): ")
            if new, try Terminal.readSecret(prompt: "\(prompt) again: ") != bytes {
                throw CommandFailure(.usage, "the two passwords differ", advice: "run the command again.")
            }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandFailure(
                .badData, "the password is not UTF-8", advice: "check the terminal's or file's encoding.")
        }
        guard !text.isEmpty else {
            throw CommandFailure(.badData, "the password is empty", advice: "choose a long one.")
        }
        guard let password = try? Password(text) else {
            throw CommandFailure(.badData, "the password is too long", advice: "choose a shorter one.")
        }
        return password
    }
}
