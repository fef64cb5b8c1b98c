import ArgumentParser
import CommandSupport
import Dispatch
import KeyHierarchy

/// How a new password is hashed, so that it is slow to search for.
struct KDFOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How the password is hashed: argon2id, or pbkdf2 for devices with little memory. argon2id otherwise.",
            valueName: "algorithm"))
    var kdf: Algorithm?

    enum Algorithm: String, ExpressibleByArgument, CaseIterable {
        case argon2id
        case pbkdf2
    }

    @Option(
        help: ArgumentHelp(
            "How long hashing may take on this machine, such as 1s or 800ms; never less than the default's work.",
            valueName: "time"),
        transform: KDFOptions.duration)
    var kdfTime: Duration?

    /// The choice; nil where none was made.
    func parameters() async throws -> KDFParameters? {
        guard kdf != nil || kdfTime != nil else { return nil }
        let algorithm: KDFCalibration.Algorithm = kdf == .pbkdf2 ? .pbkdf2 : .argon2id
        guard let kdfTime else { return algorithm == .argon2id ? .default : .constrained }
        Terminal.note("Measuring how fast this machine hashes passwords …")
        return try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(with: Result { try KDFCalibration.parameters(algorithm, target: kdfTime) })
            }
        }
    }

    private static func duration(_ text: String) throws -> Duration {
        let (digits, unit): (Substring, Double) =
            text.hasSuffix("ms") ? (text.dropLast(2), 0.001) : text.hasSuffix("s") ? (text.dropLast(), 1) : ("", 0)
        guard let number = Double(digits), number.isFinite, (0.01...60).contains(number * unit) else {
            throw ValidationError("--kdf-time takes 10ms to 60s, such as 1s or 800ms")
        }
        return .seconds(number * unit)
    }
}
