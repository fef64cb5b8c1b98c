package import KeyHierarchy

/// Hashes a password that is asked for only where it is needed.
package actor LazyPasswordHasher {
    private let policy: KDFPolicy
    private let password: @Sendable () async throws -> Password
    private var made: Task<PasswordHasher, any Error>?

    package init(policy: KDFPolicy, password: @escaping @Sendable () async throws -> Password) {
        self.policy = policy
        self.password = password
    }

    package func key(_ kdf: PasswordKDF) async throws -> PasswordKey { try await hasher().key(kdf) }

    package func hasher() async throws -> PasswordHasher {
        if let made { return try await made.value }
        let task = Task { [policy, password] in PasswordHasher(try await password(), policy: policy) }
        made = task
        return try await task.value
    }
}
