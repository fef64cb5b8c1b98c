import MLS
import MLSCrypto
import Testing

/// What the provider of every cipher suite must do, whichever library is behind it: here hashes, KDF and AEAD.
@Suite struct CryptoProviderTests {
    static let suites = CipherSuiteProviders.supportedCipherSuites + [XWingProvider.experimentalCipherSuite]

    static func provider(_ suite: CipherSuite, isParallel: Bool = false) throws -> any CipherSuiteProvider {
        suite == XWingProvider.experimentalCipherSuite
            ? try XWingProvider(isParallel: isParallel)
            : try isParallel
                ? CipherSuiteProviders.parallelProvider(for: suite) : CipherSuiteProviders.provider(for: suite)
    }

    @Test func allSevenSuitesAreThere() throws {
        #expect(CipherSuiteProviders.supportedCipherSuites.map(\.rawValue) == [1, 2, 3, 4, 5, 6, 7])
        for suite in CipherSuiteProviders.supportedCipherSuites {
            #expect(try Self.provider(suite).cipherSuite == suite)
            #expect(try CipherSuiteProviders.provider(for: suite).cipherSuite == suite)
            #expect(try CipherSuiteProviders.parallelProvider(for: suite).cipherSuite == suite)
        }
    }

    @Test(arguments: [0, 8, 0x0a0a, 0xf47a, .max] as [UInt16])
    func anUnknownSuiteIsRefused(_ number: UInt16) {
        let suite = CipherSuite(rawValue: number)
        #expect(throws: CryptoError(.unsupportedCipherSuite)) { try CipherSuiteProviders.provider(for: suite) }
        #expect(throws: CryptoError(.unsupportedCipherSuite)) { try CipherSuiteProviders.parallelProvider(for: suite) }
        #expect(throws: CryptoError(.unsupportedCipherSuite)) { try SwiftCryptoProvider(suite) }
        #expect(throws: CryptoError(.unsupportedCipherSuite)) { try OpenSSLProvider(suite) }
    }

    @Test func librariesRefuseEachOthersSuites() {
        for suite in SwiftCryptoProvider.supportedCipherSuites {
            #expect(throws: CryptoError(.unsupportedCipherSuite)) { try OpenSSLProvider(suite) }
        }
        for suite in OpenSSLProvider.supportedCipherSuites {
            #expect(throws: CryptoError(.unsupportedCipherSuite)) { try SwiftCryptoProvider(suite) }
        }
    }

    /// RFC 9420 §17.1: `KDF.Nh`, `AEAD.Nk`, and the hash of "abc" (FIPS 180-4).
    @Test(
        arguments: zip(
            suites,
            [
                (32, 16, "ba7816bf"), (32, 16, "ba7816bf"), (32, 32, "ba7816bf"), (64, 32, "ddaf35a1"),
                (64, 32, "ddaf35a1"), (64, 32, "ddaf35a1"), (48, 32, "cb00753f"), (32, 32, "ba7816bf"),
            ]))
    func sizesAndHashAreTheSuites(_ suite: CipherSuite, _ expected: (hash: Int, key: Int, digest: String)) throws {
        let provider = try Self.provider(suite)
        #expect(provider.hashLength == expected.hash)
        #expect(provider.aeadKeyLength == expected.key)
        #expect(provider.aeadNonceLength == 12)
        let hash = provider.hash(Array("abc".utf8))
        #expect(hash.count == expected.hash)
        #expect(Array(hash.prefix(4)) == bytes(expected.digest))
        #expect(provider.mac(key: SecretBytes([1]), data: [2]).count == expected.hash)
        #expect(provider.random(33).count == 33)
        #expect(provider.random(33) != provider.random(33))
    }

    @Test(arguments: suites)
    func sealedDataOpensWithTheSameInputsOnly(_ suite: CipherSuite) throws {
        let provider = try Self.provider(suite)
        let key = provider.random(provider.aeadKeyLength)
        let nonce = provider.random(provider.aeadNonceLength)
        for plaintext in [[], [1, 2, 3], [UInt8](repeating: 7, count: 1_000)] as [[UInt8]] {
            let sealed = try provider.seal(plaintext, key: key, nonce: nonce, authenticating: [4])
            #expect(sealed.count == plaintext.count + 16)
            #expect(try provider.open(sealed, key: key, nonce: nonce, authenticating: [4]) == plaintext)
            for index in [0, sealed.count / 2, sealed.count - 1] {
                var tampered = sealed
                tampered[index] ^= 0x80
                #expect(throws: CryptoError(.authenticationFailed)) {
                    try provider.open(tampered, key: key, nonce: nonce, authenticating: [4])
                }
            }
            #expect(throws: CryptoError(.authenticationFailed)) {
                try provider.open(sealed, key: key, nonce: nonce, authenticating: [5])
            }
            #expect(throws: CryptoError(.authenticationFailed)) {
                try provider.open(
                    sealed, key: provider.random(provider.aeadKeyLength), nonce: nonce, authenticating: [4])
            }
            #expect(throws: CryptoError(.authenticationFailed)) {
                try provider.open(sealed, key: key, nonce: provider.random(12), authenticating: [4])
            }
        }
    }

    @Test(arguments: suites)
    func otherLengthsAreRefusedByTheAEAD(_ suite: CipherSuite) throws {
        let provider = try Self.provider(suite)
        let key = provider.random(provider.aeadKeyLength)
        let nonce = provider.random(provider.aeadNonceLength)
        for length in [0, 1, 15] {
            #expect(throws: CryptoError(.malformedInput)) {
                try provider.open([UInt8](repeating: 0, count: length), key: key, nonce: nonce, authenticating: [])
            }
        }
        for length in [0, 24, provider.aeadKeyLength - 1, provider.aeadKeyLength + 1] {
            #expect(throws: CryptoError(.malformedKey)) {
                try provider.seal([], key: SecretBytes(zeros: length), nonce: nonce, authenticating: [])
            }
            #expect(throws: CryptoError(.malformedKey)) {
                try provider.open(
                    [UInt8](repeating: 0, count: 16), key: SecretBytes(zeros: length), nonce: nonce, authenticating: [])
            }
        }
        for length in [0, 11, 13] {
            #expect(throws: CryptoError(.malformedInput)) {
                try provider.seal([], key: key, nonce: SecretBytes(zeros: length), authenticating: [])
            }
        }
    }

    @Test(arguments: suites)
    func expandRefusesWhatHKDFCannotGive(_ suite: CipherSuite) throws {
        let provider = try Self.provider(suite)
        let key = SecretBytes(zeros: provider.hashLength)
        let limit = 255 * provider.hashLength
        #expect(try provider.expand(pseudoRandomKey: key, info: [], length: limit).count == limit)
        #expect(try provider.expand(pseudoRandomKey: key, info: [], length: 0).isEmpty)
        for length in [-1, limit + 1, .max] {
            #expect(throws: CryptoError(.outputTooLong)) {
                try provider.expand(pseudoRandomKey: key, info: [], length: length)
            }
        }
    }

    /// RFC 9420 §8: the same inputs give the same secret, and every one of them matters.
    @Test(arguments: suites)
    func derivedSecretsDependOnAllInputs(_ suite: CipherSuite) throws {
        let provider = try Self.provider(suite)
        let secret = provider.extract(salt: SecretBytes([1]), inputKeyMaterial: SecretBytes([2]))
        #expect(secret.count == provider.hashLength)
        #expect(secret == provider.extract(salt: SecretBytes([1]), inputKeyMaterial: SecretBytes([2])))
        func expand(
            _ secret: SecretBytes, label: String = "a", context: [UInt8] = [1], length: Int = 40
        ) throws -> [UInt8] {
            try provider.expandWithLabel(secret, label: label, context: context, length: length).bytes
        }
        let first = try expand(secret)
        #expect(try expand(secret) == first)
        let others = [
            try expand(secret, label: "b"), try expand(secret, context: [2]), try expand(secret, context: []),
            try expand(secret, length: 41), try expand(SecretBytes([1])),
        ]
        for (index, other) in others.enumerated() {
            #expect(Array(other.prefix(40)) != first)
            #expect(!others.dropFirst(index + 1).contains(other))
        }
    }

    /// Providers are used from many threads at once.
    @Test(arguments: suites)
    func manyThreadsMayUseAProvider(_ suite: CipherSuite) throws {
        let provider = try Self.provider(suite, isParallel: true)
        let signer = try provider.generateSignatureKeyPair()
        let recipient = try provider.deriveHPKEKeyPair(inputKeyMaterial: provider.random(64))
        let outcomes = UnsafeMutableBufferPointer<Bool>.allocate(capacity: 64)
        outcomes.initialize(repeating: false)
        defer { outcomes.deallocate() }
        // Each place is written by one call.
        nonisolated(unsafe) let places = outcomes
        provider.concurrently(64) { index in
            let message = [UInt8(index)]
            guard let signature = try? provider.sign(message, with: signer.privateKey),
                let sealed = try? provider.hpkeSeal(message, to: recipient.publicKey, info: [], authenticating: []),
                let opened = try? provider.hpkeOpen(
                    sealed, with: recipient.privateKey, info: [], authenticating: [])
            else { return }
            places[index] =
                opened == message && provider.verify(signature: signature, for: message, by: signer.publicKey)
                && !provider.verify(signature: signature, for: [0xff], by: signer.publicKey)
        }
        #expect(outcomes.allSatisfy { $0 })
    }
}
