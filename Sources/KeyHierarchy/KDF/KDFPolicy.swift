/// Which KDF parameters a client runs at all, and which it would rather see replaced.
///
/// A server says which parameters a user registered with. One that lies must get neither a hash that is cheap to search
/// nor a client that runs out of memory, so parameters outside the absolute range are refused before any work is done.
/// Below the recommendation a client offers to upgrade; it never locks anyone out.
public struct KDFPolicy: Sendable, Equatable {
    let argon2MemoryKiB: ClosedRange<UInt32>
    let argon2Iterations: ClosedRange<UInt32>
    let argon2Parallelism: ClosedRange<UInt32>
    let pbkdf2Iterations: ClosedRange<UInt32>

    /// Argon2id: 19 MiB to 1 GiB, 2 to 16 passes, 1 to 16 lanes. PBKDF2: 210,000 to 10,000,000 iterations.
    public static let standard = Self(
        argon2MemoryKiB: 19 * 1024...1024 * 1024, argon2Iterations: 2...16, argon2Parallelism: 1...16,
        pbkdf2Iterations: 210_000...10_000_000)

    private init(
        argon2MemoryKiB: ClosedRange<UInt32>, argon2Iterations: ClosedRange<UInt32>,
        argon2Parallelism: ClosedRange<UInt32>, pbkdf2Iterations: ClosedRange<UInt32>
    ) {
        self.argon2MemoryKiB = argon2MemoryKiB
        self.argon2Iterations = argon2Iterations
        self.argon2Parallelism = argon2Parallelism
        self.pbkdf2Iterations = pbkdf2Iterations
    }

    /// Lowers every floor to the algorithm's own, for tests only: passwords hashed under it can be searched.
    package init(testOnlyUnsafeFloorOf other: KDFPolicy) {
        self.init(
            argon2MemoryKiB: 8...other.argon2MemoryKiB.upperBound,
            argon2Iterations: 1...other.argon2Iterations.upperBound, argon2Parallelism: other.argon2Parallelism,
            pbkdf2Iterations: 1...other.pbkdf2Iterations.upperBound)
    }

    /// - Throws: `.kdfParametersOutOfRange`.
    public func check(_ parameters: KDFParameters) throws(KeyHierarchyError) {
        switch parameters {
        case .argon2id(let memoryKiB, let iterations, let parallelism):
            guard argon2MemoryKiB.contains(memoryKiB) else { throw outOfRange("Argon2id memory") }
            guard argon2Iterations.contains(iterations) else { throw outOfRange("Argon2id iterations") }
            guard argon2Parallelism.contains(parallelism) else { throw outOfRange("Argon2id parallelism") }
        case .pbkdf2HMACSHA512(let iterations):
            guard pbkdf2Iterations.contains(iterations) else { throw outOfRange("PBKDF2 iterations") }
        }
    }

    /// Whether a client should offer to hash the password anew: less memory or fewer passes than the defaults.
    public func isBelowRecommendation(_ parameters: KDFParameters) -> Bool {
        switch parameters {
        case .argon2id(let memoryKiB, let iterations, _): memoryKiB < 65_536 || iterations < 3
        case .pbkdf2HMACSHA512(let iterations): iterations < 210_000
        }
    }

    private func outOfRange(_ what: String) -> KeyHierarchyError { KeyHierarchyError(.kdfParametersOutOfRange, what) }
}
