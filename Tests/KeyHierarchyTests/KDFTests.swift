import KeyHierarchy
import Testing

@Suite struct KDFTests {
    private let policy = KDFPolicy(testOnlyUnsafeFloorOf: .standard)
    private let password = "correct horse battery staple"

    /// RFC 9106 §5.3, the only published vector of Argon2id with a secret and associated data.
    @Test func rfc9106() throws {
        let tag = try Argon2.hash(
            password: Array(repeating: 1, count: 32), salt: Array(repeating: 2, count: 16),
            secret: Array(repeating: 3, count: 8), associatedData: Array(repeating: 4, count: 12), memoryKiB: 32,
            iterations: 3, parallelism: 4, outputByteCount: 32)
        #expect(
            tag == [
                0x0d, 0x64, 0x0d, 0xf5, 0x8d, 0x78, 0x76, 0x6c, 0x08, 0xc0, 0x37, 0xa3, 0x4a, 0x8b, 0x53, 0xc9, 0xd0,
                0x1e, 0xf0, 0x45, 0x2d, 0x75, 0xb6, 0x5e, 0xb5, 0x25, 0x20, 0xe9, 0x6b, 0x01, 0xe6, 0x59,
            ])
    }

    @Test(arguments: [
        ("kdf argon2id 8 1 1", KDFParameters.argon2id(memoryKiB: 8, iterations: 1, parallelism: 1)),
        ("kdf argon2id 64 2 2", .argon2id(memoryKiB: 64, iterations: 2, parallelism: 2)),
        ("kdf argon2id 19456 2 1", .argon2id(memoryKiB: 19_456, iterations: 2, parallelism: 1)),
        ("kdf argon2id 65536 3 4", .default),
        ("kdf pbkdf2 1", .pbkdf2HMACSHA512(iterations: 1)),
        ("kdf pbkdf2 1000", .pbkdf2HMACSHA512(iterations: 1000)),
        ("kdf pbkdf2 210000", .constrained),
    ])
    func vectors(name: String, parameters: KDFParameters) throws {
        let kdf = PasswordKDF(parameters: parameters, salt: try Vectors.fixed("input kdf salt"))
        #expect(try kdf.key(from: Password(password), policy: policy).bytes == Vectors.bytes(name))
    }

    @Test func encodings() throws {
        let salt: KDFSalt = try Vectors.fixed("input kdf salt")
        let argon2: PasswordKDF = try Vectors.decoded("format PasswordKDF argon2id")
        #expect(argon2 == PasswordKDF(parameters: .default, salt: salt))
        let pbkdf2: PasswordKDF = try Vectors.decoded("format PasswordKDF pbkdf2")
        #expect(pbkdf2 == PasswordKDF(parameters: .constrained, salt: salt))
    }

    /// The same letters, composed and decomposed.
    @Test(arguments: ["Caf\u{e9} \u{1e69} \u{ac00}", "Cafe\u{301} s\u{307}\u{323} \u{1100}\u{1161}"])
    func passwordsAreNormalised(text: String) throws {
        let kdf = PasswordKDF(
            parameters: .argon2id(memoryKiB: 8, iterations: 1, parallelism: 1),
            salt: try Vectors.fixed("input kdf salt"))
        #expect(
            try kdf.key(from: Password(text), policy: policy).bytes == Vectors.bytes("kdf nfc argon2id 8 1 1"))
    }

    @Test func impossiblePasswords() throws {
        #expect(throws: KeyHierarchyError(.invalidPassword)) { try Password("") }
        #expect(throws: KeyHierarchyError(.invalidPassword)) { try Password(String(repeating: "a", count: 1025)) }
        #expect(throws: KeyHierarchyError(.invalidPassword)) { try Password(String(repeating: "a", count: 100_000)) }
        #expect("\(try Password(String(repeating: "a", count: 1024)))" == "<password>")
    }

    @Test(arguments: [
        KDFParameters.argon2id(memoryKiB: 19 * 1024 - 1, iterations: 3, parallelism: 4),
        .argon2id(memoryKiB: 1024 * 1024 + 1, iterations: 3, parallelism: 4),
        .argon2id(memoryKiB: .max, iterations: 3, parallelism: 4),
        .argon2id(memoryKiB: 65_536, iterations: 1, parallelism: 4),
        .argon2id(memoryKiB: 65_536, iterations: 17, parallelism: 4),
        .argon2id(memoryKiB: 65_536, iterations: 3, parallelism: 0),
        .argon2id(memoryKiB: 65_536, iterations: 3, parallelism: 17),
        .pbkdf2HMACSHA512(iterations: 0),
        .pbkdf2HMACSHA512(iterations: 209_999),
        .pbkdf2HMACSHA512(iterations: 10_000_001),
    ])
    func outOfRangeIsRefused(parameters: KDFParameters) throws {
        let kdf = PasswordKDF(parameters: parameters)
        #expect(throws: KeyHierarchyError(.kdfParametersOutOfRange)) { try kdf.key(from: Password(password)) }
    }

    @Test(arguments: [
        KDFParameters.argon2id(memoryKiB: 19 * 1024, iterations: 2, parallelism: 1),
        .argon2id(memoryKiB: 1024 * 1024, iterations: 16, parallelism: 16),
        .pbkdf2HMACSHA512(iterations: 210_000), .pbkdf2HMACSHA512(iterations: 10_000_000),
    ])
    func theRangesEndsBelongToIt(parameters: KDFParameters) throws {
        try KDFPolicy.standard.check(parameters)
    }

    @Test func theTestPolicyKeepsTheUpperBounds() {
        #expect(throws: KeyHierarchyError(.kdfParametersOutOfRange)) {
            try policy.check(.argon2id(memoryKiB: .max, iterations: 1, parallelism: 1))
        }
        #expect(throws: KeyHierarchyError(.kdfParametersOutOfRange)) {
            try policy.check(.pbkdf2HMACSHA512(iterations: .max))
        }
    }

    /// RFC 9106 §3.1 asks for 8 KiB a lane, which the ranges of the test policy do not.
    @Test func contradictionsFailInsteadOfTrapping() throws {
        let kdf = PasswordKDF(parameters: .argon2id(memoryKiB: 8, iterations: 1, parallelism: 16))
        #expect(throws: KeyHierarchyError(.kdfFailed)) { try kdf.key(from: Password(password), policy: policy) }
    }

    @Test func recommendation() {
        #expect(!KDFPolicy.standard.isBelowRecommendation(.default))
        #expect(!KDFPolicy.standard.isBelowRecommendation(.constrained))
        #expect(
            KDFPolicy.standard.isBelowRecommendation(.argon2id(memoryKiB: 19_456, iterations: 3, parallelism: 4)))
        #expect(
            KDFPolicy.standard.isBelowRecommendation(.argon2id(memoryKiB: 65_536, iterations: 2, parallelism: 4)))
    }
}
