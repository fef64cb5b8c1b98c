import Dispatch
package import KeyHierarchy

/// Hashes one password, once for each salt, on a thread that nobody waits for: a KDF takes a good part of a second and
/// must not block Swift's cooperative pool.
package actor PasswordHasher {
    private let derive: @Sendable (PasswordKDF) throws -> PasswordKey
    private var keys: [PasswordKDF: Task<PasswordKey, any Error>] = [:]

    package init(_ password: Password, policy: KDFPolicy) {
        self.init { kdf in try kdf.key(from: password, policy: policy) }
    }

    /// For ways in without a password: nothing asks it.
    static var none: PasswordHasher {
        PasswordHasher { _ in throw KeyHierarchyError(.wrongKind, "there is no password") }
    }

    /// - Parameter derive: the hash; it may take its time.
    package init(derive: @escaping @Sendable (PasswordKDF) throws -> PasswordKey) {
        self.derive = derive
    }

    /// - Throws: `ClientError` with `unacceptableKDF`.
    package func key(_ kdf: PasswordKDF) async throws -> PasswordKey {
        if let known = keys[kdf] { return try await known.value }
        let task = Task { [derive] in try await Self.offPool { try derive(kdf) } }
        keys[kdf] = task
        return try await task.value
    }

    private static func offPool(_ work: @escaping @Sendable () throws -> PasswordKey) async throws -> PasswordKey {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global(qos: .userInitiated).async {
                do {
                    continuation.resume(returning: try work())
                } catch {
                    continuation.resume(
                        throwing: ClientError(
                            .unacceptableKDF, "The password could not be hashed: \(error).",
                            hint: "Check that there is enough free memory."))
                }
            }
        }
    }
}
