package import MLSCodec

/// A sender's ratchet at some generation (RFC 9420 §9.1). It only goes forward.
package struct HashRatchet: Hashable, Sendable, MLSStruct {
    /// The generation whose key comes next.
    package private(set) var generation: UInt32
    private var secret: SecretBytes

    /// - Parameter secret: `ratchet_secret_[N]_[0]`.
    init(secret: SecretBytes) {
        generation = 0
        self.secret = secret
    }

    package static let layout: StructLayout<Self, UInt32, SecretBytes> = StructLayout(\.generation, \.secret) {
        var ratchet = Self(secret: $1)
        ratchet.generation = $0
        return ratchet
    }

    /// Gives the next key and goes past it: it cannot be had again.
    ///
    /// - Throws: `generationTooHigh` at the last generation there is.
    mutating func take(provider: some CipherSuiteProvider) throws(MLSError) -> MessageKey {
        let (following, overflow) = generation.addingReportingOverflow(1)
        guard !overflow else { throw MLSError(.generationTooHigh, "the end of the ratchet") }
        let (key, nonce) = try keyAndNonce(generation: generation, limit: generation, provider: provider)
        do {
            secret = try provider.deriveTreeSecret(
                secret, label: "secret", generation: generation, length: provider.hashLength)
        } catch {
            throw MLSError(error)
        }
        generation = following
        return MessageKey(key: key, nonce: nonce)
    }

    /// Goes forward to a generation and gives its key and nonce; the ratchet stays there, so that asking again works.
    ///
    /// - Parameter limit: the highest generation that may be asked for; a higher one is refused before anything is
    ///   derived.
    /// - Throws: `generationTooHigh`, or `missingKey` for a generation that the ratchet has left behind.
    package mutating func keyAndNonce(
        generation: UInt32, limit: UInt32, provider: some CipherSuiteProvider
    ) throws(MLSError) -> (key: SecretBytes, nonce: SecretBytes) {
        guard generation <= limit else { throw MLSError(.generationTooHigh, "\(generation)") }
        guard generation >= self.generation else { throw MLSError(.missingKey, "generation \(generation) is over") }
        do {
            while self.generation < generation {
                secret = try provider.deriveTreeSecret(
                    secret, label: "secret", generation: self.generation, length: provider.hashLength)
                self.generation += 1
            }
            return (
                try provider.deriveTreeSecret(
                    secret, label: "key", generation: generation, length: provider.aeadKeyLength),
                try provider.deriveTreeSecret(
                    secret, label: "nonce", generation: generation, length: provider.aeadNonceLength)
            )
        } catch {
            throw MLSError(error)
        }
    }
}
