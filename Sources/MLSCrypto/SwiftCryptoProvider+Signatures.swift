import Crypto
import Foundation
public import MLS

extension SwiftCryptoProvider {
    public func generateSignatureKeyPair() throws(MLS.CryptoError) -> SignatureKeyPair {
        let secret =
            switch curve {
            case .curve25519: SecretBytes(Curve25519.Signing.PrivateKey().rawRepresentation)
            case .p256: SecretBytes(P256.Signing.PrivateKey().rawRepresentation)
            }
        let privateKey = SignaturePrivateKey(secret)
        return SignatureKeyPair(privateKey: privateKey, publicKey: try publicKey(of: privateKey))
    }

    /// Ed25519 gives `R ‖ S`; ECDSA is DER-encoded (RFC 9420 §5.1.2).
    public func sign(_ message: [UInt8], with privateKey: SignaturePrivateKey) throws(MLS.CryptoError) -> [UInt8] {
        switch curve {
        case .curve25519:
            let key = try ed25519(privateKey)
            do { return Array(try key.signature(for: message)) } catch {
                throw MLS.CryptoError(.internalFailure, "Sign")
            }
        case .p256:
            let key = try p256(privateKey)
            do { return Array(try key.signature(for: message).derRepresentation) } catch {
                throw MLS.CryptoError(.internalFailure, "Sign")
            }
        }
    }

    public func verify(signature: [UInt8], for message: [UInt8], by publicKey: SignaturePublicKey) -> Bool {
        switch curve {
        case .curve25519:
            guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey.bytes) else { return false }
            return key.isValidSignature(signature, for: message)
        case .p256:
            guard
                let key = try? P256.Signing.PublicKey(x963Representation: publicKey.bytes),
                let signature = try? P256.Signing.ECDSASignature(derRepresentation: signature)
            else { return false }
            return key.isValidSignature(signature, for: message)
        }
    }

    public func publicKey(of privateKey: SignaturePrivateKey) throws(MLS.CryptoError) -> SignaturePublicKey {
        switch curve {
        case .curve25519: SignaturePublicKey(Array(try ed25519(privateKey).publicKey.rawRepresentation))
        case .p256: SignaturePublicKey(Array(try p256(privateKey).publicKey.x963Representation))
        }
    }

    private func ed25519(_ key: SignaturePrivateKey) throws(MLS.CryptoError) -> Curve25519.Signing.PrivateKey {
        do { return try key.secret.withUnsafeBytes { try .init(rawRepresentation: $0) } } catch {
            throw MLS.CryptoError(.malformedKey, "signature private key")
        }
    }

    private func p256(_ key: SignaturePrivateKey) throws(MLS.CryptoError) -> P256.Signing.PrivateKey {
        do { return try key.secret.withUnsafeBytes { try .init(rawRepresentation: $0) } } catch {
            throw MLS.CryptoError(.malformedKey, "signature private key")
        }
    }
}
