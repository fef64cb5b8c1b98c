package import CloudMLSAPI
package import KeyHierarchy

/// Makes the services of servers; a simulation has one of its own.
package protocol ServerConnector: Sendable {
    /// - Parameters:
    ///   - tokens: a stored session's.
    ///   - persist: called with new tokens before they are used, and with nil when they are forgotten.
    func authDelivery(
        at origin: Origin, certificatePin: CertificatePin?, tokens: SessionTokens?,
        persist: @escaping @Sendable (SessionTokens?) async throws -> Void
    ) -> any AuthDeliveryService
    func keyStore(
        at origin: Origin, certificatePin: CertificatePin?, tokens: SessionTokens?,
        persist: @escaping @Sendable (SessionTokens?) async throws -> Void
    ) -> any KeyStoreService
}

/// Connects over the network.
package struct NetworkConnector: ServerConnector {
    private let now: @Sendable () -> UInt64

    package init(now: @escaping @Sendable () -> UInt64) { self.now = now }

    package func authDelivery(
        at origin: Origin, certificatePin: CertificatePin?, tokens: SessionTokens?,
        persist: @escaping @Sendable (SessionTokens?) async throws -> Void
    ) -> any AuthDeliveryService {
        HTTPAuthDeliveryService(connection(.authDelivery, origin, certificatePin, tokens, persist))
    }

    package func keyStore(
        at origin: Origin, certificatePin: CertificatePin?, tokens: SessionTokens?,
        persist: @escaping @Sendable (SessionTokens?) async throws -> Void
    ) -> any KeyStoreService {
        HTTPKeyStoreService(connection(.keyStore, origin, certificatePin, tokens, persist))
    }

    private func connection(
        _ role: ServerRole, _ origin: Origin, _ pin: CertificatePin?, _ tokens: SessionTokens?,
        _ persist: @escaping @Sendable (SessionTokens?) async throws -> Void
    ) -> ServerConnection {
        ServerConnection(
            role: role, origin: origin, transport: NetworkTransport(origin: origin, certificatePin: pin), now: now,
            tokens: tokens, persist: persist)
    }
}
