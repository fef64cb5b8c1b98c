import Dispatch
package import KeyHierarchy

/// Hashes one password, once for each salt, on a thread that nobody waits for: a KDF takes a good part of a second and
/// must not block Swift's cooperative pool.
package actor PasswordHasher {
    private let password: Password
    private let policy: KDFPolicy
    private var keys: [PasswordKDF: Task<PasswordKey, any Error>] = [:]

    package init(_ password: Password, policy: KDFPolicy) {
        self.password = password
        self.policy = policy
    }

    package func key(_ kdf: PasswordKDF) async throws -> PasswordKey {
        if let known = keys[kdf] { return try await known.value }
        let task = Task { [password, policy] in try await Self.derive(password, kdf, policy) }
        keys[kdf] = task
        return try await task.value
    }

    private static func derive(_ password: Password, _ kdf: PasswordKDF, _ policy: KDFPolicy) async throws
        -> PasswordKey
    {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global(qos: .userInitiated).async {
                do {
                    continuation.resume(returning: try kdf.key(from: password, policy: policy))
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
