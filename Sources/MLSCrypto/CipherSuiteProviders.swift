public import MLS

/// Where the providers of all cipher suites are to be had, whichever library is behind them.
///
/// swift-crypto has suites 1, 2, 3, 5 and 7; OpenSSL brings the curves of 4 and 6. The experimental `XWingProvider` is
/// not among them.
public enum CipherSuiteProviders {
    /// The seven suites of RFC 9420 §17.1, in the order of their numbers.
    public static let supportedCipherSuites =
        (SwiftCryptoProvider.supportedCipherSuites
        + OpenSSLProvider.supportedCipherSuites).sorted { $0.rawValue < $1.rawValue }

    /// The provider of `cipherSuite`, which does all work where it is called.
    ///
    /// It can be handed over as it is where a stored group is read: `providers: CipherSuiteProviders.provider(for:)`.
    ///
    /// - Throws: `unsupportedCipherSuite` if no library of this build has it.
    public static func provider(for cipherSuite: CipherSuite) throws(CryptoError) -> any CipherSuiteProvider {
        try provider(for: cipherSuite, isParallel: false)
    }

    /// The provider of `cipherSuite` that spreads work for many members at once over all cores: joining a group of a
    /// thousand, or committing in it. What it computes is the same.
    ///
    /// - Throws: `unsupportedCipherSuite` if no library of this build has it.
    public static func parallelProvider(for cipherSuite: CipherSuite) throws(CryptoError) -> any CipherSuiteProvider {
        try provider(for: cipherSuite, isParallel: true)
    }

    private static func provider(
        for cipherSuite: CipherSuite, isParallel: Bool
    ) throws(CryptoError) -> any CipherSuiteProvider {
        if OpenSSLProvider.supportedCipherSuites.contains(cipherSuite) {
            return try OpenSSLProvider(cipherSuite, isParallel: isParallel)
        }
        return try SwiftCryptoProvider(cipherSuite, isParallel: isParallel)
    }
}
