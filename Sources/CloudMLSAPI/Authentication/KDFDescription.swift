/// How a password becomes a key, as it stands in JSON. Limits are the client's to enforce.
public struct KDFDescription: Codable, Sendable, Hashable {
    public enum Algorithm: String, Codable, Sendable {
        case argon2id
        case pbkdf2HMACSHA512 = "pbkdf2-hmac-sha512"
    }

    public var algorithm: Algorithm
    /// Argon2id's `t`, or PBKDF2's count.
    public var iterations: UInt32
    /// Argon2id's memory in KiB; 0 for PBKDF2.
    public var memoryKiB: UInt32
    /// Argon2id's lanes; 0 for PBKDF2.
    public var parallelism: UInt32
    /// 16 random bytes.
    public var salt: Bytes

    public init(algorithm: Algorithm, iterations: UInt32, memoryKiB: UInt32, parallelism: UInt32, salt: Bytes) {
        self.algorithm = algorithm
        self.iterations = iterations
        self.memoryKiB = memoryKiB
        self.parallelism = parallelism
        self.salt = salt
    }
}
