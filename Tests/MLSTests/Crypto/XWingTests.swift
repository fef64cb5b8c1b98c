import MLS
import MLSCrypto
import Testing

/// What the experimental suite has that `CryptoProviderTests` does not look at.
@Suite struct XWingTests {
    /// draft-connolly-cfrg-xwing-kem, test vectors: `sk`, and the SHA-256 of `pk`.
    @Test(
        arguments: [
            (
                "7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26",
                "2e816deebcd76c5c80d0cd2d174478871658e8e2ff42bc9d4a6e486372e856bb"
            ),
            (
                "badfd6dfaac359a5efbb7bcc4b59d538df9a04302e10c8bc1cbf1a0b3a5120ea",
                "c42ba5f8430d7d2c83739338203819f090e8303ce9c8b02107c272bfa5376916"
            ),
        ])
    func publicKeysOfTheDraft(_ privateKey: String, _ digest: String) throws {
        let provider = try XWingProvider()
        let publicKey = try provider.publicKey(of: HPKEPrivateKey(SecretBytes(bytes(privateKey))))
        #expect(provider.hash(publicKey.bytes) == bytes(digest))
    }

    /// The draft's `DeriveKeyPair` is SHAKE256: of 01 02 03, as Python's hashlib computes it.
    @Test func derivedKeysAreShakes() throws {
        let pair = try XWingProvider().deriveHPKEKeyPair(inputKeyMaterial: SecretBytes([1, 2, 3]))
        #expect(
            pair.privateKey.secret.bytes == bytes("aa79c890c9483a636a64ee064ba0d6e7c7cdab9a9f84ff4c2bf7fc56220326b6"))
    }

    /// FIPS 203 §7.2: coefficients of an encapsulation key are below 3329.
    @Test func keysThatAreNoneOfMLKEM() throws {
        let provider = try XWingProvider()
        var key = try provider.deriveHPKEKeyPair(inputKeyMaterial: provider.random(32)).publicKey
        try provider.validate(key)
        (key.bytes[0], key.bytes[1]) = (0xff, 0xff)
        #expect(throws: CryptoError(.malformedKey)) { try provider.validate(key) }
        #expect(throws: CryptoError(.malformedKey)) {
            try provider.hpkeSeal([7], to: key, info: [], authenticating: [])
        }
    }

    /// It has to be asked for.
    @Test func nobodyGetsItUnasked() throws {
        let suite = XWingProvider.experimentalCipherSuite
        #expect(suite.rawValue >= 0xf000)
        #expect(!CipherSuiteProviders.supportedCipherSuites.contains(suite))
        #expect(throws: CryptoError(.unsupportedCipherSuite)) { try CipherSuiteProviders.provider(for: suite) }
    }
}
