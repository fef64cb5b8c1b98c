import CloudMLSAPI
import KeyHierarchy
import NIOSSL

/// The certificate: whether the key is its own, and how long it lasts.
struct CertificateExamination {
    let files: TLSFiles?
    /// SHA-256 of the key of the certificate that the server last served; empty where it served none.
    let lastPin: [UInt8]?
    let now: UInt64

    func run() -> DoctorFinding {
        let subject = "certificate"
        guard let files else {
            guard let lastPin, !lastPin.isEmpty else { return .ok(subject, "The server does no TLS itself.") }
            return .warning(
                subject, "The server serves a certificate, which was not looked at.",
                "Give --tls-certificate and --tls-key as the server is given them.")
        }
        do {
            let loaded = try LoadedCertificate(files)
            guard let certificate = try NIOSSLCertificate.fromPEMFile(files.certificateChain).first else {
                return .error(subject, "\(files.certificateChain) holds no certificate.", "Give the chain as PEM.")
            }
            return dates(of: certificate, file: files.certificateChain, pin: loaded.pin?.bytes)
        } catch let error as StartupError {
            return .error(
                subject, error.message, "Look whether the files are there, are PEM, and belong to each other.")
        } catch {
            return .error(subject, "Cannot read \(files.certificateChain): \(error).", "Give the chain as PEM.")
        }
    }

    private func dates(of certificate: NIOSSLCertificate, file: String, pin: [UInt8]?) -> DoctorFinding {
        let subject = "certificate"
        let end = UInt64(clamping: Int64(certificate.notValidAfter))
        let text = "\(file) is good until \(UTCTime(end).text)."
        guard now >= UInt64(clamping: Int64(certificate.notValidBefore)), now < end else {
            return .error(
                subject, "\(file) is not valid now; it ends \(UTCTime(end).text).", "Renew it: clients refuse it.")
        }
        guard end - now > 14 * 86_400 else {
            return .warning(subject, text, "Renew it: clients refuse it afterwards.")
        }
        guard lastPin?.isEmpty != false || lastPin == pin else {
            return .warning(
                subject, "\(text) It has another key than the one that the server last served.",
                "Clients that were set up with the old one have to be set up again, unless an authority vouches for it."
            )
        }
        return .ok(subject, text)
    }
}
