import Crypto
import Foundation

/// A private signature key of swift-crypto's, in the encodings of RFC 9420 §5.1.1 and §5.1.2.
protocol SigningKey: Sendable {
    static func generate() -> Self
    /// Refuses anything but the one length, and scalars that are no private key.
    init<Bytes: ContiguousBytes>(rawRepresentation: Bytes) throws
    var rawRepresentation: Data { get }
    /// Ed25519's 32 bytes, or the uncompressed point.
    var encodedPublicKey: [UInt8] { get }
    /// `R ‖ S` for Ed25519; ECDSA is DER-encoded. The hash is the curve's.
    func encodedSignature(for message: [UInt8]) throws -> [UInt8]
    static func isValid(_ signature: [UInt8], for message: [UInt8], by publicKey: [UInt8]) -> Bool
}

extension Curve25519.Signing.PrivateKey: SigningKey {
    static func generate() -> Self { Self() }

    var encodedPublicKey: [UInt8] { Array(publicKey.rawRepresentation) }

    func encodedSignature(for message: [UInt8]) throws -> [UInt8] { Array(try signature(for: message)) }

    static func isValid(_ signature: [UInt8], for message: [UInt8], by publicKey: [UInt8]) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else { return false }
        return key.isValidSignature(signature, for: message)
    }
}

extension P256.Signing.PrivateKey: SigningKey {
    static func generate() -> Self { Self(compactRepresentable: false) }

    var encodedPublicKey: [UInt8] { Array(publicKey.x963Representation) }

    func encodedSignature(for message: [UInt8]) throws -> [UInt8] {
        Array(try signature(for: message).derRepresentation)
    }

    static func isValid(_ signature: [UInt8], for message: [UInt8], by publicKey: [UInt8]) -> Bool {
        guard let key = try? P256.Signing.PublicKey(x963Representation: publicKey),
            let signature = try? P256.Signing.ECDSASignature(derRepresentation: signature)
        else { return false }
        return key.isValidSignature(signature, for: message)
    }
}

extension P384.Signing.PrivateKey: SigningKey {
    static func generate() -> Self { Self(compactRepresentable: false) }

    var encodedPublicKey: [UInt8] { Array(publicKey.x963Representation) }

    func encodedSignature(for message: [UInt8]) throws -> [UInt8] {
        Array(try signature(for: message).derRepresentation)
    }

    static func isValid(_ signature: [UInt8], for message: [UInt8], by publicKey: [UInt8]) -> Bool {
        guard let key = try? P384.Signing.PublicKey(x963Representation: publicKey),
            let signature = try? P384.Signing.ECDSASignature(derRepresentation: signature)
        else { return false }
        return key.isValidSignature(signature, for: message)
    }
}

extension P521.Signing.PrivateKey: SigningKey {
    static func generate() -> Self { Self(compactRepresentable: false) }

    var encodedPublicKey: [UInt8] { Array(publicKey.x963Representation) }

    func encodedSignature(for message: [UInt8]) throws -> [UInt8] {
        Array(try signature(for: message).derRepresentation)
    }

    static func isValid(_ signature: [UInt8], for message: [UInt8], by publicKey: [UInt8]) -> Bool {
        guard let key = try? P521.Signing.PublicKey(x963Representation: publicKey),
            let signature = try? P521.Signing.ECDSASignature(derRepresentation: signature)
        else { return false }
        return key.isValidSignature(signature, for: message)
    }
}
