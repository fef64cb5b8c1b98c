import Crypto
package import KeyHierarchy
import NIOSSL
import SwiftASN1
import X509

/// A certificate and key that fit together, read from files and ready for connections.
package struct LoadedCertificate: Sendable {
    let context: NIOSSLContext
    /// Of the first certificate.
    package let pin: CertificatePin?
    /// Seconds since 1970.
    package let expires: UInt64
    /// Whether it vouches for itself, so that no client can know it but by its pin.
    package let isSelfSigned: Bool

    /// - Throws: `StartupError` where a file cannot be read, or the key is not the certificate's.
    package init(_ files: TLSFiles) throws(StartupError) {
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(files.certificateChain)
            guard let first = chain.first else { throw NoCertificate() }
            let key = try NIOSSLPrivateKey(file: files.privateKey, format: .pem)
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
            configuration.minimumTLSVersion = .tlsv12
            context = try NIOSSLContext(configuration: configuration)
            pin = CertificatePin(bytes: Array(SHA256.hash(data: try first.extractPublicKey().toSPKIBytes())))
            expires = UInt64(max(0, first.notValidAfter))
            let parsed = try? Certificate(derEncoded: first.toDERBytes())
            isSelfSigned = parsed.map { $0.issuer == $0.subject } ?? false
        } catch {
            throw StartupError(
                .configuration,
                "Cannot use --tls-certificate \(files.certificateChain) with --tls-key \(files.privateKey): \(error)")
        }
    }

    private struct NoCertificate: Error, CustomStringConvertible {
        var description: String { "there is no certificate in the file" }
    }
}
