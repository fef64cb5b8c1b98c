import MLS
import MLSCrypto
import Testing

/// The suites' KEMs and HPKE (RFC 9180).
extension CryptoProviderTests {
    /// `Npk`, which is `Nenc` too but for X-Wing, and `Nsk` (RFC 9180 §7.1), in bytes.
    private static func kemLengths(_ suite: CipherSuite) throws -> (publicKey: Int, privateKey: Int) {
        try #require(
            [
                1: (32, 32), 2: (65, 32), 3: (32, 32), 4: (56, 56), 5: (133, 66), 6: (56, 56), 7: (97, 48),
                0xf47a: (1_216, 32),
            ][suite.rawValue])
    }

    /// Suites on NIST's curves.
    private static let nistSuites = suites.filter { [2, 5, 7].contains($0.rawValue) }

    @Test(arguments: suites)
    func hpkeOpensForTheRecipientOnly(_ suite: CipherSuite) throws {
        let provider = try Self.provider(suite)
        let recipient = try provider.deriveHPKEKeyPair(inputKeyMaterial: provider.random(32))
        let other = try provider.deriveHPKEKeyPair(inputKeyMaterial: provider.random(32))
        let sealed = try provider.hpkeSeal([7], to: recipient.publicKey, info: [1], authenticating: [2])
        func open(
            _ sealed: HPKECiphertext, _ key: HPKEPrivateKey, info: [UInt8] = [1], authenticating data: [UInt8] = [2]
        ) throws -> [UInt8] {
            try provider.hpkeOpen(sealed, with: key, info: info, authenticating: data)
        }
        #expect(try open(sealed, recipient.privateKey) == [7])
        let isXWing = suite == XWingProvider.experimentalCipherSuite
        #expect(sealed.kemOutput.count == (try isXWing ? 1_120 : Self.kemLengths(suite).publicKey))
        #expect(sealed.ciphertext.count == 17)
        #expect(throws: CryptoError(.authenticationFailed)) { try open(sealed, other.privateKey) }
        #expect(throws: CryptoError(.authenticationFailed)) { try open(sealed, recipient.privateKey, info: [0]) }
        #expect(throws: CryptoError(.authenticationFailed)) {
            try open(sealed, recipient.privateKey, authenticating: [])
        }
        for index in sealed.ciphertext.indices {
            var tampered = sealed
            tampered.ciphertext[index] ^= 1
            #expect(throws: CryptoError(.authenticationFailed)) { try open(tampered, recipient.privateKey) }
        }
        for index in [0, sealed.kemOutput.count / 2, sealed.kemOutput.count - 1] {
            var tampered = sealed
            tampered.kemOutput[index] ^= 1
            #expect(throws: CryptoError.self) { try open(tampered, recipient.privateKey) }
        }
        for length in [0, 15] {
            let short = HPKECiphertext(kemOutput: sealed.kemOutput, ciphertext: [UInt8](repeating: 0, count: length))
            #expect(throws: CryptoError(.authenticationFailed)) { try open(short, recipient.privateKey) }
        }
        // A fresh ephemeral key each time.
        let again = try provider.hpkeSeal([7], to: recipient.publicKey, info: [1], authenticating: [2])
        #expect(again.kemOutput != sealed.kemOutput && again.ciphertext != sealed.ciphertext)
    }

    /// Our own key schedule on one side, on the other that of the library.
    @Test(arguments: suites)
    func whatASealerSealsOpensAsEverythingElse(_ suite: CipherSuite) throws {
        let provider = try Self.provider(suite)
        for info in [[], [1], [UInt8](repeating: 2, count: 5_000)] as [[UInt8]] {
            let seal = provider.hpkeSealer(info: info)
            var seen: Set<[UInt8]> = []
            for plaintext in [[], [7], [UInt8](repeating: 8, count: 300)] as [[UInt8]] {
                let recipient = try provider.deriveHPKEKeyPair(inputKeyMaterial: provider.random(32))
                let sealed = try seal(plaintext, recipient.publicKey)
                let opened = try provider.hpkeOpen(sealed, with: recipient.privateKey, info: info, authenticating: [])
                #expect(opened == plaintext)
                #expect(throws: CryptoError(.authenticationFailed)) {
                    try provider.hpkeOpen(sealed, with: recipient.privateKey, info: info + [0], authenticating: [])
                }
                // A fresh ephemeral key each time.
                #expect(seen.insert(sealed.kemOutput).inserted)
            }
            let key = HPKEPublicKey([UInt8](repeating: 0, count: try Self.kemLengths(suite).publicKey))
            #expect(throws: CryptoError(.malformedKey)) { try seal([7], key) }
        }
    }

    @Test(arguments: suites)
    func exportedSecretsAreKnownToBothSidesOnly(_ suite: CipherSuite) throws {
        let provider = try Self.provider(suite)
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
        #expect(throws: CryptoError(.malformedKey)) { try receive([1], recipient.privateKey) }
        #expect(throws: CryptoError(.malformedKey)) {
            try provider.hpkeSendExport(to: HPKEPublicKey([1]), info: [], exporterContext: [], length: 1)
        }
    }

    /// RFC 9180 Appendix A.1.1.3.
    @Test func exportedSecretsAreThoseOfTheSpecification() throws {
        let provider = try Self.provider(.mls128DHKEMX25519AES128GCMSHA256Ed25519)
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

    @Test(arguments: suites)
    func otherLengthsAreNoHPKEKeys(_ suite: CipherSuite) throws {
        let provider = try Self.provider(suite)
        let pair = try provider.deriveHPKEKeyPair(inputKeyMaterial: provider.random(32))
        let lengths = try Self.kemLengths(suite)
        #expect(pair.publicKey.bytes.count == lengths.publicKey)
        #expect(pair.privateKey.secret.count == lengths.privateKey)
        try provider.validate(pair.publicKey)
        let sealed = try provider.hpkeSeal([7], to: pair.publicKey, info: [], authenticating: [])
        for key in [[], [1, 2, 3], Array(pair.publicKey.bytes.dropLast()), pair.publicKey.bytes + [0]] as [[UInt8]] {
            #expect(throws: CryptoError(.malformedKey)) { try provider.validate(HPKEPublicKey(key)) }
            #expect(throws: CryptoError(.malformedKey)) {
                try provider.hpkeSeal([7], to: HPKEPublicKey(key), info: [], authenticating: [])
            }
            #expect(throws: CryptoError(.malformedKey)) {
                try provider.hpkeOpen(
                    HPKECiphertext(kemOutput: key, ciphertext: sealed.ciphertext), with: pair.privateKey, info: [],
                    authenticating: [])
            }
        }
        let secret = pair.privateKey.secret.bytes
        for key in [[], Array(secret.dropLast()), secret + [0], [0] + secret] as [[UInt8]] {
            let key = HPKEPrivateKey(SecretBytes(key))
            #expect(throws: CryptoError(.malformedKey)) { try provider.publicKey(of: key) }
            #expect(throws: CryptoError(.malformedKey)) {
                try provider.hpkeOpen(sealed, with: key, info: [], authenticating: [])
            }
        }
    }

    /// RFC 9180 §7.1.1: points are uncompressed, on the curve and not the one at infinity; §7.1.2: a private key is above
    /// zero and below the order.
    @Test(arguments: nistSuites)
    func pointsOffTheCurveAreRefused(_ suite: CipherSuite) throws {
        let provider = try Self.provider(suite)
        let pair = try provider.deriveHPKEKeyPair(inputKeyMaterial: provider.random(32))
        let point = pair.publicKey.bytes
        let half = (point.count - 1) / 2
        var offCurve = point
        offCurve[point.count - 1] ^= 1
        let sign = point[point.count - 1] & 1
        let bad: [[UInt8]] = [
            offCurve, [4] + [UInt8](repeating: 0, count: 2 * half), [4] + [UInt8](repeating: 0xff, count: 2 * half),
            // Compressed, hybrid, infinity.
            [2 | sign] + point[1...half], [6 | sign] + point[1...], [0], [0] + [UInt8](repeating: 0, count: 2 * half),
        ]
        for key in bad {
            #expect(throws: CryptoError(.malformedKey)) { try provider.validate(HPKEPublicKey(key)) }
            #expect(throws: CryptoError(.malformedKey)) {
                try provider.hpkeSeal([7], to: HPKEPublicKey(key), info: [], authenticating: [])
            }
        }
        for byte: UInt8 in [0, 0xff] {
            let key = HPKEPrivateKey(SecretBytes([UInt8](repeating: byte, count: pair.privateKey.secret.count)))
            #expect(throws: CryptoError(.malformedKey)) { try provider.publicKey(of: key) }
        }
    }

    /// Zero, one, p - 1, p, p + 1 and both points of order eight of Curve25519, and the same without the latter of
    /// Curve448: all agreements with them are zeros (RFC 7748 §6, RFC 9180 §7.1.4).
    private static let smallOrder25519: [[UInt8]] = [
        bytes("0000000000000000000000000000000000000000000000000000000000000000"),
        bytes("0100000000000000000000000000000000000000000000000000000000000000"),
        bytes("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
        bytes("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
        bytes("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
        bytes("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
        bytes("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
    ]
    private static let smallOrder448: [[UInt8]] = [
        bytes("00000000000000000000000000000000000000000000000000000000" + zeros448),
        bytes("01000000000000000000000000000000000000000000000000000000" + zeros448),
        bytes("feffffffffffffffffffffffffffffffffffffffffffffffffffffff" + highOnes448),
        bytes("ffffffffffffffffffffffffffffffffffffffffffffffffffffffff" + highOnes448),
        bytes(zeros448 + "ffffffffffffffffffffffffffffffffffffffffffffffffffffffff"),
    ]
    private static let zeros448 = String(repeating: "00", count: 28)
    /// The upper half of p = 2^448 - 2^224 - 1 and of p - 1; p + 1 has ones only there.
    private static let highOnes448 = "fe" + String(repeating: "ff", count: 27)
    private static let smallOrder: [(suite: UInt16, point: [UInt8])] =
        [1, 3].flatMap { suite in smallOrder25519.map { (suite, $0) } }
        + [4, 6].flatMap { suite in smallOrder448.map { (suite, $0) } }

    @Test(arguments: smallOrder)
    func keysOfSmallOrderAreRefused(_ suite: UInt16, _ point: [UInt8]) throws {
        let provider = try Self.provider(CipherSuite(rawValue: suite))
        let recipient = try provider.deriveHPKEKeyPair(inputKeyMaterial: provider.random(32))
        try provider.validate(recipient.publicKey)
        #expect(throws: CryptoError(.malformedKey)) { try provider.validate(HPKEPublicKey(point)) }
        #expect(throws: CryptoError(.malformedKey)) {
            try provider.hpkeSeal([7], to: HPKEPublicKey(point), info: [], authenticating: [])
        }
        #expect(throws: CryptoError(.malformedKey)) {
            try provider.hpkeSendExport(to: HPKEPublicKey(point), info: [], exporterContext: [], length: 1)
        }
        let ciphertext = HPKECiphertext(kemOutput: point, ciphertext: [UInt8](repeating: 0, count: 17))
        #expect(throws: CryptoError(.malformedKey)) {
            try provider.hpkeOpen(ciphertext, with: recipient.privateKey, info: [], authenticating: [])
        }
        #expect(throws: CryptoError(.malformedKey)) {
            try provider.hpkeReceiveExport(
                point, with: recipient.privateKey, info: [], exporterContext: [], length: 1)
        }
    }

    @Test(arguments: suites)
    func derivedKeyPairsAreDeterministicAndBelongTogether(_ suite: CipherSuite) throws {
        let provider = try Self.provider(suite)
        let pair = try provider.deriveHPKEKeyPair(inputKeyMaterial: SecretBytes([1, 2, 3]))
        #expect(try provider.deriveHPKEKeyPair(inputKeyMaterial: SecretBytes([1, 2, 3])) == pair)
        #expect(try provider.publicKey(of: pair.privateKey) == pair.publicKey)
        let other = try provider.deriveHPKEKeyPair(inputKeyMaterial: SecretBytes([1, 2, 4]))
        #expect(other.privateKey != pair.privateKey && other.publicKey != pair.publicKey)
    }

    /// RFC 9180 A.1.1 (X25519), A.3.1 (P-256) and A.6.1 (P-521): recipient's key pair from its key material.
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
            (
                5,
                """
                2ad954bbe39b7122529f7dde780bff626cd97f850d0784a432784e69d86ecc
                aade43b6c10a8ffdb94bf943c6da479db137914ec835a7e715e36e45e29b587bab3bf1
                """,
                """
                01462680369ae375e4b3791070a7458ed527842f6a98a79ff5e0d4cbde83c2
                7196a3916956655523a6a2556a7af62c5cadabe2ef9da3760bb21e005202f7b2462847
                """
            ),
        ] as [(UInt16, String, String)])
    func keyPairsOfTheSpecification(_ suite: UInt16, _ material: String, _ privateKey: String) throws {
        let provider = try Self.provider(CipherSuite(rawValue: suite))
        let pair = try provider.deriveHPKEKeyPair(inputKeyMaterial: SecretBytes(bytes(material)))
        #expect(pair.privateKey.secret.bytes == bytes(privateKey))
    }

    /// RFC 9180 A.6.1.1: the first message to the key of the test above, in what is suite 5.
    @Test func aMessageOfTheSpecification() throws {
        let provider = try Self.provider(.mls256DHKEMP521AES256GCMSHA512P521)
        let recipient = try provider.deriveHPKEKeyPair(
            inputKeyMaterial: SecretBytes(
                bytes(
                    """
                    2ad954bbe39b7122529f7dde780bff626cd97f850d0784a432784e69d86ecc
                    aade43b6c10a8ffdb94bf943c6da479db137914ec835a7e715e36e45e29b587bab3bf1
                    """)))
        let sealed = HPKECiphertext(
            kemOutput: bytes(
                """
                040138b385ca16bb0d5fa0c0665fbbd7e69e3ee29f63991d3e9b5fa740aab89
                00aaeed46ed73a49055758425a0ce36507c54b29cc5b85a5cee6bae0cf1c21f2731e
                ce2013dc3fb7c8d21654bb161b463962ca19e8c654ff24c94dd2898de12051f1ed06
                92237fb02b2f8d1dc1c73e9b366b529eb436e98a996ee522aef863dd5739d2f29b0
                """),
            ciphertext: bytes(
                """
                170f8beddfe949b75ef9c387e201baf4132fa7374593dfafa90768788b7b2b20
                0aafcc6d80ea4c795a7c5b841a
                """))
        let plaintext = try provider.hpkeOpen(
            sealed, with: recipient.privateKey, info: bytes("4f6465206f6e2061204772656369616e2055726e"),
            authenticating: bytes("436f756e742d30"))
        #expect(String(decoding: plaintext, as: UTF8.self) == "Beauty is truth, truth beauty")
    }
}
