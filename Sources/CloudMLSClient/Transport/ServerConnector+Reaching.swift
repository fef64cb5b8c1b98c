package import CloudMLSAPI
package import KeyHierarchy

extension ServerConnector {
    /// The key store that a profile leads to, at the first of its origins where it answers. At another place the same
    /// address may be somebody else's, so each says which server it is before anything else is said to it.
    ///
    /// - Parameters:
    ///   - known: an origin that is not asked.
    ///   - tokens: a stored session's.
    /// - Throws: why the first of them does not do; `notReachable` where there is none.
    package func reachableKeyStore(
        of profile: Profile, besides known: Origin? = nil, tokens: SessionTokens?, allowingPlaintext: Bool,
        persist: @escaping @Sendable (SessionTokens?) async throws -> Void
    ) async throws -> any KeyStoreService {
        var problem: ClientError?
        for origin in profile.origins where origin != known {
            let service = keyStore(
                at: origin, certificatePin: profile.certificatePin, tokens: tokens, persist: persist)
            do {
                try origin.requireEncryption(allowingPlaintext: allowingPlaintext)
                guard try await service.serverInfo().serverID.array == profile.serverID.bytes else {
                    throw ClientError(
                        .serverIdentityChanged, "The server at \(origin) has another identity than the expected one.",
                        hint: "Ask whoever runs the key store whether it was set up anew.")
                }
                return service
            } catch let error as ClientError {
                problem = problem ?? error
            }
        }
        throw problem ?? ClientError(.notReachable, "The profile names no address of the key store.")
    }
}
