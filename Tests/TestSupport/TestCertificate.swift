package import Crypto
package import Foundation
import SwiftASN1
import X509

/// A self-signed certificate and its key, to be put into files.
package struct TestCertificate: Sendable {
    package let certificate: String
    package let key: String
    /// SHA-256 of the SubjectPublicKeyInfo.
    package let pin: [UInt8]

    /// - Parameters:
    ///   - key: nil makes a new one.
    ///   - lifetime: seconds from now; negative where it has ended.
    package init(key: P256.Signing.PrivateKey = P256.Signing.PrivateKey(), lifetime: TimeInterval = 86_400) throws {
        let name = try DistinguishedName { CommonName("keys.example.org") }
        let now = Date()
        let certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: .init(key.publicKey),
            notValidBefore: now.addingTimeInterval(min(0, lifetime) - 86_400),
            notValidAfter: now.addingTimeInterval(lifetime), issuer: name, subject: name,
            extensions: try Certificate.Extensions { SubjectAlternativeNames([.dnsName("keys.example.org")]) },
            issuerPrivateKey: .init(key))
        self.certificate = try certificate.serializeAsPEM().pemString + "\n"
        self.key = key.pemRepresentation + "\n"
        pin = Array(SHA256.hash(data: key.publicKey.derRepresentation))
    }

    /// Another certificate for the same key.
    package init(renewing other: TestCertificate, lifetime: TimeInterval = 86_400) throws {
        try self.init(key: P256.Signing.PrivateKey(pemRepresentation: other.key), lifetime: lifetime)
    }

    /// Puts both files in the place of what was there, each at once.
    package func write(certificate certificateFile: URL, key keyFile: URL) throws {
        try Data(key.utf8).write(to: keyFile, options: .atomic)
        try Data(certificate.utf8).write(to: certificateFile, options: .atomic)
    }
}
