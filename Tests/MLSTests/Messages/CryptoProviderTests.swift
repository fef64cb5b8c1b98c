import MLS
import MLSCrypto
import Testing

/// What every provider of a cipher suite must do, whichever library is behind it.
@Suite struct CryptoProviderTests {
    @Test(arguments: SwiftCryptoProvider.supportedCipherSuites)
    func sealedDataOpensWithTheSameInputsOnly(_ suite: CipherSuite) throws {
        let provider = try SwiftCryptoProvider.provider(for: suite)
        let key = provider.random(provider.aeadKeyLength)
        let nonce = provider.random(provider.aeadNonceLength)
        let sealed = try provider.seal([1, 2, 3], key: key, nonce: nonce, authenticating: [4])
        #expect(try provider.open(sealed, key: key, nonce: nonce, authenticating: [4]) == [1, 2, 3])
        #expect(throws: CryptoError(.authenticationFailed)) {
            try provider.open(sealed, key: key, nonce: nonce, authenticating: [5])
        }
        #expect(throws: CryptoError(.malformedInput)) {
            try provider.open([1, 2, 3], key: key, nonce: nonce, authenticating: [])
        }
        #expect(throws: CryptoError(.malformedKey)) {
            try provider.seal([], key: SecretBytes([1]), nonce: nonce, authenticating: [])
        }
        #expect(throws: CryptoError(.malformedInput)) {
            try provider.seal([], key: key, nonce: SecretBytes(zeros: 13), authenticating: [])
        }
    }

    @Test(arguments: SwiftCryptoProvider.supportedCipherSuites)
    func hpkeOpensForTheRecipientOnly(_ suite: CipherSuite) throws {
        let provider = try SwiftCryptoProvider.provider(for: suite)
        let recipient = try provider.deriveHPKEKeyPair(inputKeyMaterial: provider.random(32))
        let other = try provider.deriveHPKEKeyPair(inputKeyMaterial: provider.random(32))
        let sealed = try provider.hpkeSeal([7], to: recipient.publicKey, info: [1], authenticating: [2])
        #expect(try provider.hpkeOpen(sealed, with: recipient.privateKey, info: [1], authenticating: [2]) == [7])
        #expect(throws: CryptoError(.authenticationFailed)) {
            try provider.hpkeOpen(sealed, with: other.privateKey, info: [1], authenticating: [2])
        }
        #expect(throws: CryptoError(.authenticationFailed)) {
            try provider.hpkeOpen(sealed, with: recipient.privateKey, info: [0], authenticating: [2])
        }
        let broken = HPKECiphertext(kemOutput: [1], ciphertext: [])
        #expect(throws: CryptoError.self) {
            try provider.hpkeOpen(broken, with: recipient.privateKey, info: [], authenticating: [])
        }
    }

    @Test(arguments: SwiftCryptoProvider.supportedCipherSuites)
    func exportedSecretsAreKnownToBothSidesOnly(_ suite: CipherSuite) throws {
        let provider = try SwiftCryptoProvider.provider(for: suite)
        let recipient = try provider.deriveHPKEKeyPair(inputKeyMaterial: provider.random(32))
        let other = try provider.deriveHPKEKeyPair(inputKeyMaterial: provider.random(32))
        let sent = try provider.hpkeSendExport(
            to: recipient.publicKey, info: [1], exporterContext: [2], length: 48)
        func receive(
            _ kemOutput: [UInt8], _ key: HPKEPrivateKey, info: [UInt8] = [1], context: [UInt8] = [2], length: Int = 48
        ) throws -> SecretBytes {
            try provider.hpkeReceiveExport(
                kemOutput, with: key, info: info, exporterContext: context, length: length)
        }
        #expect(sent.secret.count == 48)
        #expect(try receive(sent.kemOutput, recipient.privateKey) == sent.secret)
        #expect(try receive(sent.kemOutput, other.privateKey) != sent.secret)
        #expect(try receive(sent.kemOutput, recipient.privateKey, info: []) != sent.secret)
        #expect(try receive(sent.kemOutput, recipient.privateKey, context: []) != sent.secret)
        let again = try provider.hpkeSendExport(
            to: recipient.publicKey, info: [1], exporterContext: [2], length: 48)
        #expect(again.kemOutput != sent.kemOutput)
        #expect(again.secret != sent.secret)
        for length in [-1, 0, 255 * provider.hashLength + 1] {
            #expect(throws: CryptoError(.outputTooLong)) {
                try receive(sent.kemOutput, recipient.privateKey, length: length)
            }
            #expect(throws: CryptoError(.outputTooLong)) {
                try provider.hpkeSendExport(to: recipient.publicKey, info: [], exporterContext: [], length: length)
            }
        }
        #expect(throws: CryptoError.self) { try receive([1], recipient.privateKey) }
        #expect(throws: CryptoError(.malformedKey)) {
            try provider.hpkeSendExport(to: HPKEPublicKey([1]), info: [], exporterContext: [], length: 1)
        }
    }

    /// RFC 9180 Appendix A.1.1.3.
    @Test func exportedSecretsAreThoseOfTheSpecification() throws {
        let provider = try SwiftCryptoProvider.provider(for: .mls128DHKEMX25519AES128GCMSHA256Ed25519)
        let key = HPKEPrivateKey(
            SecretBytes(bytes("4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8")))
        for (context, expected) in [
            ("", "3853fe2b4035195a573ffc53856e77058e15d9ea064de3e59f4961d0095250ee"),
            ("00", "2e8f0b54673c7029649d4eb9d5e33bf1872cf76d623ff164ac185da9e88c21a5"),
            ("54657374436f6e74657874", "e9e43065102c3836401bed8c3c3c75ae46be1639869391d62c61f1ec7af54931"),
        ] {
            let secret = try provider.hpkeReceiveExport(
                bytes("37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431"), with: key,
                info: bytes("4f6465206f6e2061204772656369616e2055726e"), exporterContext: bytes(context), length: 32)
            #expect(secret.bytes == bytes(expected))
        }
    }

    /// Zero, one, p - 1, p, p + 1 and both points of order eight: all agreements with them are zeros (RFC 9180 §7.1.4).
    private static let smallOrder: [[UInt8]] = [
        [UInt8](repeating: 0, count: 32),
        [1] + [UInt8](repeating: 0, count: 31),
        [0xec] + [UInt8](repeating: 0xff, count: 30) + [0x7f],
        [0xed] + [UInt8](repeating: 0xff, count: 30) + [0x7f],
        [0xee] + [UInt8](repeating: 0xff, count: 30) + [0x7f],
        [
            0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4, 0x6a,
            0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00,
        ],
        [
            0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83, 0xef, 0x5b,
            0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c, 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57,
        ],
    ]

    @Test(arguments: [1, 3] as [UInt16], smallOrder)
    func keysOfSmallOrderAreRefused(_ suite: UInt16, _ point: [UInt8]) throws {
        let provider = try SwiftCryptoProvider.provider(for: CipherSuite(rawValue: suite))
        let recipient = try provider.deriveHPKEKeyPair(inputKeyMaterial: provider.random(32))
        try provider.validate(recipient.publicKey)
        #expect(throws: CryptoError(.malformedKey)) { try provider.validate(HPKEPublicKey(point)) }
        #expect(throws: CryptoError(.malformedKey)) {
            try provider.hpkeSeal([7], to: HPKEPublicKey(point), info: [], authenticating: [])
        }
        let ciphertext = HPKECiphertext(kemOutput: point, ciphertext: [UInt8](repeating: 0, count: 17))
        #expect(throws: CryptoError(.malformedKey)) {
            try provider.hpkeOpen(ciphertext, with: recipient.privateKey, info: [], authenticating: [])
        }
        #expect(throws: CryptoError(.malformedKey)) {
            try provider.hpkeSendExport(to: HPKEPublicKey(point), info: [], exporterContext: [], length: 32)
        }
        #expect(throws: CryptoError(.malformedKey)) {
            try provider.hpkeReceiveExport(
                point, with: recipient.privateKey, info: [], exporterContext: [], length: 32)
        }
    }

    @Test(arguments: SwiftCryptoProvider.supportedCipherSuites)
    func derivedKeyPairsAreDeterministicAndBelongTogether(_ suite: CipherSuite) throws {
        let provider = try SwiftCryptoProvider.provider(for: suite)
        let pair = try provider.deriveHPKEKeyPair(inputKeyMaterial: SecretBytes([1, 2, 3]))
        #expect(try provider.deriveHPKEKeyPair(inputKeyMaterial: SecretBytes([1, 2, 3])) == pair)
        #expect(try provider.publicKey(of: pair.privateKey) == pair.publicKey)
        #expect(throws: CryptoError(.malformedKey)) { try provider.validate(HPKEPublicKey([1, 2, 3])) }
    }

    @Test(arguments: SwiftCryptoProvider.supportedCipherSuites)
    func signaturesAreBoundToKeyLabelAndContent(_ suite: CipherSuite) throws {
        let provider = try SwiftCryptoProvider.provider(for: suite)
        let pair = try provider.generateSignatureKeyPair()
        let other = try provider.generateSignatureKeyPair()
        #expect(try provider.publicKey(of: pair.privateKey) == pair.publicKey)
        let signature = try provider.signWithLabel(pair.privateKey, label: "A", content: [1])
        func verify(_ key: SignaturePublicKey, _ label: String, _ content: [UInt8], _ signature: [UInt8]) -> Bool {
            provider.verifyWithLabel(key, label: label, content: content, signature: signature)
        }
        #expect(verify(pair.publicKey, "A", [1], signature))
        #expect(!verify(pair.publicKey, "B", [1], signature))
        #expect(!verify(pair.publicKey, "A", [2], signature))
        #expect(!verify(other.publicKey, "A", [1], signature))
        #expect(!verify(pair.publicKey, "A", [1], []))
        #expect(!verify(SignaturePublicKey([]), "A", [1], signature))
    }

    @Test func expandRefusesWhatHKDFCannotGive() throws {
        let provider = try SwiftCryptoProvider(.mls128DHKEMX25519AES128GCMSHA256Ed25519)
        let key = SecretBytes(zeros: 32)
        #expect(try provider.expand(pseudoRandomKey: key, info: [], length: 255 * 32).count == 255 * 32)
        #expect(throws: CryptoError(.outputTooLong)) {
            try provider.expand(pseudoRandomKey: key, info: [], length: 255 * 32 + 1)
        }
        #expect(throws: CryptoError(.outputTooLong)) {
            try provider.expand(pseudoRandomKey: key, info: [], length: -1)
        }
    }

    @Test func anUnknownSuiteIsRefused() {
        #expect(throws: CryptoError(.unsupportedCipherSuite)) {
            try SwiftCryptoProvider.provider(for: CipherSuite(rawValue: 0x0a0a))
        }
    }

    /// RFC 9180 A.1.1 (X25519) and A.3.1 (P-256): recipient's key pair from its key material.
    @Test(
        arguments: [
            (
                1, "6db9df30aa07dd42ee5e8181afdb977e538f5e1fec8a06223f33f7013e525037",
                "4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8"
            ),
            (
                2, "668b37171f1072f3cf12ea8a236a45df23fc13b82af3609ad1e354f6ef817550",
                "f3ce7fdae57e1a310d87f1ebbde6f328be0a99cdbcadf4d6589cf29de4b8ffd2"
            ),
        ] as [(UInt16, String, String)])
    func keyPairsOfTheSpecification(_ suite: UInt16, _ material: String, _ privateKey: String) throws {
        let provider = try SwiftCryptoProvider.provider(for: CipherSuite(rawValue: suite))
        let pair = try provider.deriveHPKEKeyPair(inputKeyMaterial: SecretBytes(bytes(material)))
        #expect(pair.privateKey.secret.bytes == bytes(privateKey))
    }

    private func bytes(_ hex: String) -> [UInt8] {
        stride(from: 0, to: hex.count, by: 2).compactMap { offset in
            UInt8(hex.dropFirst(offset).prefix(2), radix: 16)
        }
    }
}
