import Crypto
import Foundation

/// What the primitives of cipher suite 1 cost on this machine, straight from the crypto library: seconds each.
struct Primitives: Codable {
    var keyGeneration: Double
    var sign: Double
    var verify: Double
    var hpkeSeal: Double
    var hpkeOpen: Double
    /// AES-128-GCM of 100 bytes.
    var aead: Double
    /// HKDF-Expand to 32 bytes.
    var expand: Double

    /// Measures them, about a tenth of a second each.
    init() throws {
        let message = Data(repeating: 7, count: 200)
        let signer = Curve25519.Signing.PrivateKey()
        let signature = try signer.signature(for: message)
        let recipient = Curve25519.KeyAgreement.PrivateKey()
        let suite = HPKE.Ciphersuite(kem: .Curve25519_HKDF_SHA256, kdf: .HKDF_SHA256, aead: .AES_GCM_128)
        let secret = Data(repeating: 9, count: 32)
        var sealing = try HPKE.Sender(recipientKey: recipient.publicKey, ciphersuite: suite, info: message)
        let (sealed, encapsulated) = (try sealing.seal(secret), sealing.encapsulatedKey)
        let key = SymmetricKey(size: .bits128)
        let plaintext = Data(repeating: 3, count: 100)
        let hkdfKey = SymmetricKey(data: secret)

        keyGeneration = try Stopwatch.seconds {
            // As from a derived secret: the public key is what costs.
            _ = try Curve25519.KeyAgreement.PrivateKey(rawRepresentation: secret).publicKey.rawRepresentation
        }
        sign = try Stopwatch.seconds { _ = try signer.signature(for: message) }
        let publicKey = signer.publicKey.rawRepresentation
        verify = try Stopwatch.seconds {
            let key = try Curve25519.Signing.PublicKey(rawRepresentation: publicKey)
            guard key.isValidSignature(signature, for: message) else { throw BenchFault("not a valid signature") }
        }
        hpkeSeal = try Stopwatch.seconds {
            var sender = try HPKE.Sender(recipientKey: recipient.publicKey, ciphersuite: suite, info: message)
            _ = try sender.seal(secret)
        }
        hpkeOpen = try Stopwatch.seconds {
            var receiver = try HPKE.Recipient(
                privateKey: recipient, ciphersuite: suite, info: message, encapsulatedKey: encapsulated)
            _ = try receiver.open(sealed)
        }
        aead = try Stopwatch.seconds { _ = try AES.GCM.seal(plaintext, using: key) }
        expand = Stopwatch.seconds {
            _ = HKDF<SHA256>.expand(pseudoRandomKey: hkdfKey, info: secret, outputByteCount: 32)
        }
    }
}

/// How many primitives something cannot do without.
struct UnavoidableWork {
    var keyGenerations = 0
    var signatures = 0
    var verifications = 0
    var seals = 0
    var opens = 0
    var aeads = 0
    var expansions = 0

    /// In seconds.
    func cost(_ primitives: Primitives) -> Double {
        Double(keyGenerations) * primitives.keyGeneration + Double(signatures) * primitives.sign
            + Double(verifications) * primitives.verify + Double(seals) * primitives.hpkeSeal
            + Double(opens) * primitives.hpkeOpen + Double(aeads) * primitives.aead
            + Double(expansions) * primitives.expand
    }
}

/// Something of the bench's own that did not go as it must.
struct BenchFault: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
