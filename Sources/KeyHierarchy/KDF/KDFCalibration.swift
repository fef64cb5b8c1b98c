/// Finds the parameters with which a KDF takes about as long on this machine as somebody wants to wait.
public enum KDFCalibration {
    public enum Algorithm: String, Sendable, CaseIterable {
        case argon2id
        case pbkdf2
    }

    /// - Parameters:
    ///   - target: how long hashing a password may take. What takes longer than that already stays as it is.
    ///   - measure: hashes something with the given parameters and says how long that took.
    /// - Returns: parameters within the standard policy's range, and never weaker than the algorithm's default.
    public static func parameters(
        _ algorithm: Algorithm, target: Duration, measure: (KDFParameters) throws -> Duration
    ) rethrows -> KDFParameters {
        switch algorithm {
        case .argon2id:
            let factor = try target / measure(.default)
            guard factor > 1 else { return .default }
            // Passes first: memory is what other devices of the same user may lack.
            let iterations = UInt32(min(3 * factor, 16))
            let memory = min(65_536 * max(1, 3 * factor / 16), 1_048_576)
            return .argon2id(memoryKiB: UInt32(memory) / 1_024 * 1_024, iterations: max(3, iterations), parallelism: 4)
        case .pbkdf2:
            let factor = try target / measure(.constrained)
            guard factor > 1 else { return .constrained }
            return .pbkdf2HMACSHA512(iterations: UInt32(min(210_000 * factor, 10_000_000)))
        }
    }

    /// The same, measured on this machine. Takes about twice the default's time; not for Swift's cooperative pool.
    ///
    /// - Throws: `.kdfFailed` where there is not enough memory.
    public static func parameters(_ algorithm: Algorithm, target: Duration) throws -> KDFParameters {
        let password = try Password("a password to measure with")
        return try parameters(algorithm, target: target) { parameters in
            let kdf = PasswordKDF(parameters: parameters)
            // The first run pays for the memory's pages.
            _ = try kdf.key(from: password)
            let start = ContinuousClock.now
            _ = try kdf.key(from: password)
            return ContinuousClock.now - start
        }
    }
}
