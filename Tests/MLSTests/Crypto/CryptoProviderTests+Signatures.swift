import MLS
import MLSCrypto
import Testing

/// The suites' signatures (RFC 9420 §5.1.2).
extension CryptoProviderTests {
    @Test(arguments: suites)
    func signaturesAreBoundToKeyLabelAndContent(_ suite: CipherSuite) throws {
        let provider = try Self.provider(suite)
        let pair = try provider.generateSignatureKeyPair()
        let other = try provider.generateSignatureKeyPair()
        #expect(pair.privateKey != other.privateKey)
        #expect(try provider.publicKey(of: pair.privateKey) == pair.publicKey)
        let signature = try provider.signWithLabel(pair.privateKey, label: "A", content: [1])
        func verify(_ key: SignaturePublicKey, _ label: String, _ content: [UInt8]) -> Bool {
            provider.verifyWithLabel(key, label: label, content: content, signature: signature)
        }
        #expect(verify(pair.publicKey, "A", [1]))
        #expect(!verify(pair.publicKey, "B", [1]))
        #expect(!verify(pair.publicKey, "A", [2]))
        #expect(!verify(pair.publicKey, "A", []))
        #expect(!verify(other.publicKey, "A", [1]))
        let empty = try provider.sign([], with: pair.privateKey)
        #expect(provider.verify(signature: empty, for: [], by: pair.publicKey))
        #expect(!provider.verify(signature: empty, for: [0], by: pair.publicKey))
    }

    @Test(arguments: suites)
    func changedSignaturesAreRefused(_ suite: CipherSuite) throws {
        let provider = try Self.provider(suite)
        let pair = try provider.generateSignatureKeyPair()
        let signature = try provider.sign([1, 2], with: pair.privateKey)
        func isValid(_ signature: [UInt8]) -> Bool {
            provider.verify(signature: signature, for: [1, 2], by: pair.publicKey)
        }
        #expect(isValid(signature))
        for index in signature.indices {
            var changed = signature
            changed[index] ^= 1
            #expect(!isValid(changed), "byte \(index) of \(signature.count)")
        }
        let zeros = [UInt8](repeating: 0, count: signature.count)
        for bad in [[], [0], Array(signature.dropLast()), signature + [0], [0] + signature, zeros] {
            #expect(!isValid(bad))
        }
    }

    @Test(arguments: suites)
    func otherLengthsAreNoSignatureKeys(_ suite: CipherSuite) throws {
        let provider = try Self.provider(suite)
        let pair = try provider.generateSignatureKeyPair()
        let signature = try provider.sign([1], with: pair.privateKey)
        let point = pair.publicKey.bytes
        // Of a point, the compressed form too.
        let compressed = [2 | point[point.count - 1] & 1] + point[1..<(point.count + 1) / 2]
        for key in [[], [0], Array(point.dropLast()), point + [0], compressed] as [[UInt8]] {
            #expect(!provider.verify(signature: signature, for: [1], by: SignaturePublicKey(key)))
        }
        let secret = pair.privateKey.secret.bytes
        for key in [[], Array(secret.dropLast()), secret + [0], [0] + secret] as [[UInt8]] {
            let key = SignaturePrivateKey(SecretBytes(key))
            #expect(throws: CryptoError(.malformedKey)) { try provider.publicKey(of: key) }
            #expect(throws: CryptoError(.malformedKey)) { try provider.sign([1], with: key) }
        }
    }

    /// The orders of the groups of Ed25519 and Ed448 (RFC 8032 §5.1, §5.2), little-endian.
    private static let orders: [(suite: UInt16, order: [UInt8])] =
        [
            (1, bytes("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")),
            (3, bytes("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")),
        ]
        + [4, 6].map { suite in
            (
                suite,
                bytes("f34458ab92c27823558fc58d72c26c219036d6ae49db4ec4e923ca7c") + [UInt8](repeating: 0xff, count: 27)
                    + [0x3f, 0x00]
            )
        }

    /// RFC 8032 §5.1.7, §5.2.7: `S` is below the order. One that is the order above is the same number to the group, and
    /// would be a second signature for the same message.
    @Test(arguments: orders)
    func edDSAHasOneSignature(_ suite: UInt16, _ order: [UInt8]) throws {
        let provider = try Self.provider(CipherSuite(rawValue: suite))
        let pair = try provider.generateSignatureKeyPair()
        let signature = try provider.sign([1], with: pair.privateKey)
        #expect(try provider.sign([1], with: pair.privateKey) == signature)
        #expect(signature.count == 2 * order.count)
        var malleated = signature
        var carry = 0
        for (index, byte) in order.enumerated() {
            let sum = Int(signature[order.count + index]) + Int(byte) + carry
            malleated[order.count + index] = UInt8(sum & 0xff)
            carry = sum >> 8
        }
        #expect(carry == 0)
        #expect(malleated != signature)
        #expect(!provider.verify(signature: malleated, for: [1], by: pair.publicKey))
    }

    /// RFC 9420 §5.1.2: ECDSA-Sig-Value in DER, which has one form for each pair of numbers; and both are above zero.
    @Test(arguments: [2, 5, 7] as [UInt16])
    func ecdsaSignaturesHaveOneForm(_ suite: UInt16) throws {
        let provider = try Self.provider(CipherSuite(rawValue: suite))
        let pair = try provider.generateSignatureKeyPair()
        let signature = try provider.sign([1], with: pair.privateKey)
        #expect(signature.first == 0x30)
        // SEQUENCE's length begins at 1: for P-521 it takes two bytes.
        let header = signature[1] < 0x80 ? 2 : 3
        let content = Array(signature[header...])
        let bad: [[UInt8]] = [
            // A length in more bytes than it needs, and an indefinite one.
            [0x30] + (header == 2 ? [0x81, signature[1]] : [0x82, 0x00, signature[2]]) + content,
            [0x30, 0x80] + content + [0, 0],
            // Something behind the numbers, inside and outside of the SEQUENCE.
            [0x30, 0x09, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01], signature + [0],
            // Zeros.
            [0x30, 0x06, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00],
        ]
        for signature in bad { #expect(!provider.verify(signature: signature, for: [1], by: pair.publicKey)) }
        #expect(provider.verify(signature: signature, for: [1], by: pair.publicKey))
    }
}
