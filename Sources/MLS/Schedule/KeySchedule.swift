/// The key schedule (RFC 9420 §8), as far as it is the same for members and joiners: all that follows from the joiner
/// secret and the pre-shared keys.
package struct KeySchedule: Sendable {
    /// What a Welcome carries (RFC 9420 §12.4.3.1).
    package let joinerSecret: SecretBytes
    /// The secret behind `welcome_secret` and `epoch_secret`.
    private let memberSecret: SecretBytes

    /// For a joiner.
    ///
    /// - Parameter pskSecret: `psk_secret` of RFC 9420 §8.4; zeros if there are no pre-shared keys.
    package init(joinerSecret: SecretBytes, pskSecret: SecretBytes, provider: some CipherSuiteProvider) {
        self.joinerSecret = joinerSecret
        memberSecret = provider.extract(salt: joinerSecret, inputKeyMaterial: pskSecret)
    }

    /// For a member.
    ///
    /// - Parameters:
    ///   - initSecret: of the epoch before; zeros, or anything random, for a new group.
    ///   - commitSecret: of the commit's path; zeros if it has none.
    ///   - groupContext: the new epoch's, encoded.
    package init(
        initSecret: SecretBytes, commitSecret: SecretBytes, pskSecret: SecretBytes, groupContext: [UInt8],
        provider: some CipherSuiteProvider
    ) throws(CryptoError) {
        let extracted = provider.extract(salt: initSecret, inputKeyMaterial: commitSecret)
        let joinerSecret = try provider.expandWithLabel(
            extracted, label: "joiner", context: groupContext, length: provider.hashLength)
        self.init(joinerSecret: joinerSecret, pskSecret: pskSecret, provider: provider)
    }

    package func welcomeSecret(provider: some CipherSuiteProvider) throws(CryptoError) -> SecretBytes {
        try provider.deriveSecret(memberSecret, label: "welcome")
    }

    /// What encrypts the GroupInfo of a Welcome (RFC 9420 §12.4.3.1).
    package func welcomeKeyAndNonce(
        provider: some CipherSuiteProvider
    ) throws(CryptoError) -> (key: SecretBytes, nonce: SecretBytes) {
        let secret = try welcomeSecret(provider: provider)
        return (
            try provider.expandWithLabel(secret, label: "key", context: [], length: provider.aeadKeyLength),
            try provider.expandWithLabel(secret, label: "nonce", context: [], length: provider.aeadNonceLength)
        )
    }

    /// - Parameter groupContext: the new epoch's, encoded.
    package func epochSecrets(
        groupContext: [UInt8], provider: some CipherSuiteProvider
    ) throws(CryptoError) -> EpochSecrets {
        let epochSecret = try provider.expandWithLabel(
            memberSecret, label: "epoch", context: groupContext, length: provider.hashLength)
        return try EpochSecrets(epochSecret: epochSecret, provider: provider)
    }
}
