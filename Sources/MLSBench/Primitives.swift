import Crypto
import Foundation

/// What the primitives of cipher suite 1 cost on this machine, straight from the crypto library: seconds each.
package struct Primitives: Codable, Sendable {
    package var keyGeneration = 0.0
    /// Of 200 bytes, as what follows.
    package var sign = 0.0
    package var verify = 0.0
    package var hpkeSeal = 0.0
    package var hpkeOpen = 0.0
    /// AES-128-GCM of 100 bytes.
    package var aead = 0.0
    /// HKDF-Expand to 32 bytes.
    package var expand = 0.0
    /// HMAC-SHA-256, and so HKDF-Extract.
    package var mac = 0.0
    /// SHA-256 of 200 bytes.
    package var hash = 0.0
    /// Each further byte of something long: AES-128-GCM, SHA-256, and SHA-512 as Ed25519 has it.
    package var aeadByte = 0.0
    package var hashByte = 0.0
    package var signatureByte = 0.0

    package init() {}

    /// The medians, primitive by primitive.
    package static func median(of samples: [Primitives]) -> Primitives {
        var median = Primitives()
        for path in all { median[keyPath: path] = Stopwatch.median(samples.map { $0[keyPath: path] }) }
        return median
    }

    static let all: [any WritableKeyPath<Primitives, Double> & Sendable] = [
        \.keyGeneration, \.sign, \.verify, \.hpkeSeal, \.hpkeOpen, \.aead, \.expand, \.mac, \.hash, \.aeadByte,
        \.hashByte, \.signatureByte,
    ]
}

/// Measures primitives a few milliseconds at a time, so that it can be done between other measurements: the processor's
/// clock does not stay the same for as long as a run takes.
package struct PrimitiveMeter {
    private let message = Data(repeating: 7, count: 200)
    private let long = Data(repeating: 8, count: 65_536)
    private let plaintext = Data(repeating: 3, count: 100)
    private let secret = Data(repeating: 9, count: 32)
    private let key = SymmetricKey(size: .bits128)
    private let suite = HPKE.Ciphersuite(kem: .Curve25519_HKDF_SHA256, kdf: .HKDF_SHA256, aead: .AES_GCM_128)
    private let signer = Curve25519.Signing.PrivateKey()
    private let recipient = Curve25519.KeyAgreement.PrivateKey()
    private let signature: Data
    private let sealed: Data
    private let encapsulated: Data

    package init() throws {
        signature = try signer.signature(for: message)
        var sender = try HPKE.Sender(recipientKey: recipient.publicKey, ciphersuite: suite, info: message)
        sealed = try sender.seal(secret)
        encapsulated = sender.encapsulatedKey
    }

    /// What everything costs at this moment.
    package func sample() throws -> Primitives {
        var cost = Primitives()
        cost.keyGeneration = try Self.mean(20) {
            // As from a derived secret: the public key is what costs.
            _ = try Curve25519.KeyAgreement.PrivateKey(rawRepresentation: secret).publicKey.rawRepresentation
        }
        cost.sign = try Self.mean(20) { _ = try signer.signature(for: message) }
        let publicKey = signer.publicKey.rawRepresentation
        cost.verify = try Self.mean(10) {
            let key = try Curve25519.Signing.PublicKey(rawRepresentation: publicKey)
            guard key.isValidSignature(signature, for: message) else { throw BenchFault("not a valid signature") }
        }
        let recipientKey = recipient.publicKey
        cost.hpkeSeal = try Self.mean(10) {
            var sender = try HPKE.Sender(recipientKey: recipientKey, ciphersuite: suite, info: message)
            _ = try sender.seal(secret)
        }
        cost.hpkeOpen = try Self.mean(10) {
            var receiver = try HPKE.Recipient(
                privateKey: recipient, ciphersuite: suite, info: message, encapsulatedKey: encapsulated)
            _ = try receiver.open(sealed)
        }
        cost.aead = try Self.mean(50) { _ = try AES.GCM.seal(plaintext, using: key) }
        let hkdfKey = SymmetricKey(data: secret)
        cost.expand = Self.mean(50) {
            _ = HKDF<SHA256>.expand(pseudoRandomKey: hkdfKey, info: secret, outputByteCount: 32)
        }
        cost.mac = Self.mean(50) { _ = HMAC<SHA256>.authenticationCode(for: secret, using: hkdfKey) }
        cost.hash = Self.mean(50) { _ = SHA256.hash(data: message) }
        let bytes = Double(long.count)
        cost.aeadByte = try Self.mean(3) { _ = try AES.GCM.seal(long, using: key) } / bytes
        cost.hashByte = Self.mean(3) { _ = SHA256.hash(data: long) } / bytes
        cost.signatureByte = Self.mean(3) { _ = SHA512.hash(data: long) } / bytes
        return cost
    }

    private static func mean(_ count: Int, _ body: () throws -> Void) rethrows -> Double {
        try Stopwatch.once { for _ in 0..<count { try body() } } / Double(count)
    }
}

/// Something of the bench's own that did not go as it must.
package struct BenchFault: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}
