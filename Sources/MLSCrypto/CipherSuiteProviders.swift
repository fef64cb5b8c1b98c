public import MLS

/// Where the providers of all cipher suites are to be had, whichever library is behind them.
///
/// swift-crypto has suites 1, 2, 3, 5 and 7 (`SwiftCryptoProvider`); OpenSSL brings the curves of 4 and 6
/// (`OpenSSLProvider`). The experimental `XWingProvider` is not among them.
public enum CipherSuiteProviders {
    /// The seven suites of RFC 9420 §17.1.
    public static let supportedCipherSuites =
        (SwiftCryptoProvider.supportedCipherSuites
        + OpenSSLProvider.supportedCipherSuites).sorted { $0.rawValue < $1.rawValue }

    /// The provider of `cipherSuite`.
    ///
    /// - Parameter isParallel: whether work for many members at once is spread over all cores.
    /// - Throws: `unsupportedCipherSuite` if no library of this build has it.
    public static func provider(
        for cipherSuite: CipherSuite, isParallel: Bool = false
    ) throws(CryptoError) -> any CipherSuiteProvider {
        if OpenSSLProvider.supportedCipherSuites.contains(cipherSuite) {
            return try OpenSSLProvider(cipherSuite, isParallel: isParallel)
        }
        return try SwiftCryptoProvider(cipherSuite, isParallel: isParallel)
    }
}
