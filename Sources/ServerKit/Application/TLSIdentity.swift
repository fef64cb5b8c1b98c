import Crypto
import KeyHierarchy
import NIOSSL

/// The certificate and key that a server shows.
struct TLSIdentity: Sendable {
    let configuration: TLSConfiguration
    /// Of the first certificate; what setup codes carry.
    let pin: CertificatePin?

    init(_ files: ServiceConfiguration.TLSFiles) throws(StartupError) {
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(files.certificateChain)
            let key = try NIOSSLPrivateKey(file: files.privateKey, format: .pem)
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
            configuration.minimumTLSVersion = .tlsv12
            self.configuration = configuration
            pin = try chain.first.flatMap { certificate in
                CertificatePin(bytes: Array(SHA256.hash(data: try certificate.extractPublicKey().toSPKIBytes())))
            }
        } catch {
            throw StartupError(
                .configuration,
                "Cannot use --tls-certificate \(files.certificateChain) with --tls-key \(files.privateKey): \(error)")
        }
    }
}
