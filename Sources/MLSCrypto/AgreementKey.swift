import Crypto
import Foundation

/// A private key of swift-crypto's that HPKE can use. All of its types are made from `rawRepresentation`, whose length
/// they check, but no protocol of the library says so.
protocol AgreementKey: HPKEDiffieHellmanPrivateKeyGeneration, Sendable {
    init<Bytes: ContiguousBytes>(rawRepresentation: Bytes) throws
}

extension Curve25519.KeyAgreement.PrivateKey: AgreementKey {}
extension P256.KeyAgreement.PrivateKey: AgreementKey {}
extension P384.KeyAgreement.PrivateKey: AgreementKey {}
extension P521.KeyAgreement.PrivateKey: AgreementKey {}
