import Crypto
import CryptoExtras
import Foundation
public import MLSCodec

/// A password KDF with its salt: all that turns a password into a `PasswordKey`, and none of it secret.
///
/// ```
/// struct { KDFParameters parameters; opaque salt[16]; } PasswordKDF;
/// ```
public struct PasswordKDF: Hashable, Sendable, MLSStruct {
    public var parameters: KDFParameters
    public var salt: KDFSalt

    /// A KDF for a new password: the salt is fresh unless given.
    public init(parameters: KDFParameters = .default, salt: KDFSalt = .random()) {
        self.parameters = parameters
        self.salt = salt
    }

    public static var layout: StructLayout<Self, KDFParameters, KDFSalt> {
        StructLayout(\.parameters, \.salt) { Self(parameters: $0, salt: $1) }
    }

    /// Hashes the password: 32 bytes.
    ///
    /// It is made to be slow. The defaults take 64 MiB, four threads and about a tenth of a second; the absolute range
    /// reaches to 1 GiB and tens of seconds. The caller keeps it off threads that others wait for: never on Swift's
    /// cooperative pool.
    ///
    /// - Throws: `.kdfParametersOutOfRange` before any work; `.kdfFailed` if there is not enough memory.
    public func key(
        from password: Password, policy: KDFPolicy = .standard
    ) throws(KeyHierarchyError) -> PasswordKey {
        try policy.check(parameters)
        switch parameters {
        case .argon2id(let memoryKiB, let iterations, let parallelism):
            let output = try Argon2.hash(
                password: password.storage.bytes, salt: salt.bytes, memoryKiB: memoryKiB, iterations: iterations,
                parallelism: parallelism, outputByteCount: PasswordKey.byteCount)
            guard let key = PasswordKey(bytes: output) else { throw KeyHierarchyError(.kdfFailed, "Argon2id") }
            return key
        case .pbkdf2HMACSHA512(let iterations):
            // The library's floor is the policy's business here, which has one of its own.
            guard
                let key = try? KDF.Insecure.PBKDF2.deriveKey(
                    from: password.storage.bytes, salt: salt.bytes, using: .sha512,
                    outputByteCount: PasswordKey.byteCount, unsafeUncheckedRounds: Int(iterations))
            else { throw KeyHierarchyError(.kdfFailed, "PBKDF2") }
            return PasswordKey(key)
        }
    }
}
