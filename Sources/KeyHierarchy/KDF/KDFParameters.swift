public import MLSCodec

/// How a password is hashed, without its salt.
///
/// ```
/// enum { argon2id(1), pbkdf2_hmac_sha512(2), (255) } KDFAlgorithm;
/// struct {
///     KDFAlgorithm algorithm;
///     select (KDFParameters.algorithm) {
///         case argon2id:            uint32 memory_kib; uint32 iterations; uint32 parallelism;
///         case pbkdf2_hmac_sha512:  uint32 iterations;
///     };
/// } KDFParameters;
/// ```
public enum KDFParameters: Hashable, Sendable {
    /// Argon2id, version 0x13 (RFC 9106): memory in KiB, passes, lanes.
    case argon2id(memoryKiB: UInt32, iterations: UInt32, parallelism: UInt32)
    /// PBKDF2 with HMAC-SHA-512 (RFC 8018 §5.2), for clients that cannot spare Argon2id's memory.
    case pbkdf2HMACSHA512(iterations: UInt32)

    /// RFC 9106 §4's second choice: 64 MiB, 3 passes, 4 lanes.
    public static let `default` = Self.argon2id(memoryKiB: 65_536, iterations: 3, parallelism: 4)
    /// For constrained clients.
    public static let constrained = Self.pbkdf2HMACSHA512(iterations: 210_000)

    /// Whether a search for the password would cost less than with `other`: another algorithm without Argon2id's memory,
    /// less memory, or less work in all.
    public func isWeaker(than other: Self) -> Bool {
        switch (self, other) {
        case (.argon2id(let memory, let iterations, _), .argon2id(let otherMemory, let otherIterations, _)):
            memory < otherMemory || UInt64(memory) * UInt64(iterations) < UInt64(otherMemory) * UInt64(otherIterations)
        case (.pbkdf2HMACSHA512(let iterations), .pbkdf2HMACSHA512(let otherIterations)):
            iterations < otherIterations
        case (.pbkdf2HMACSHA512, .argon2id): true
        case (.argon2id, .pbkdf2HMACSHA512): false
        }
    }
}

extension KDFParameters: MLSCodable {
    private enum Algorithm: UInt8, MLSCodable {
        case argon2id = 1
        case pbkdf2HMACSHA512 = 2
    }

    public func encode(into writer: inout MLSWriter) {
        switch self {
        case .argon2id(let memoryKiB, let iterations, let parallelism):
            Algorithm.argon2id.encode(into: &writer)
            for number in [memoryKiB, iterations, parallelism] { number.encode(into: &writer) }
        case .pbkdf2HMACSHA512(let iterations):
            Algorithm.pbkdf2HMACSHA512.encode(into: &writer)
            iterations.encode(into: &writer)
        }
    }

    public init(from reader: inout MLSReader) throws(CodecError) {
        switch try Algorithm(from: &reader) {
        case .argon2id:
            self = .argon2id(
                memoryKiB: try UInt32(from: &reader), iterations: try UInt32(from: &reader),
                parallelism: try UInt32(from: &reader))
        case .pbkdf2HMACSHA512:
            self = .pbkdf2HMACSHA512(iterations: try UInt32(from: &reader))
        }
    }
}
