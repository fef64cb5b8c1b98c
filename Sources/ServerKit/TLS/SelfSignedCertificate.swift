import Crypto
import KeyHierarchy
import SwiftASN1
import X509

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The certificate that a server makes for itself, in the data folder.
///
/// Its key is what clients pin. So it is kept when the certificate is renewed, and also in the database: a server that is
/// brought back from a backup shows the same one.
struct SelfSignedCertificate {
    static let keyFile = "tls-key.pem"
    static let certificateFile = "tls-certificate.pem"

    /// Seconds for which a new one is good, and before the end of which it is renewed.
    private static let lifetime: UInt64 = 10 * 366 * 86_400
    private static let renewal: UInt64 = 366 * 86_400

    let folder: DataFolder
    /// The host names and addresses that it is for. Clients with a pin do not look at them.
    let names: [String]
    let clock: ServerClock

    init(folder: DataFolder, configuration: ServiceConfiguration, clock: ServerClock) {
        self.folder = folder
        let listening = ["0.0.0.0", "::"].contains(configuration.host) ? [] : [configuration.host]
        var names: [String] = []
        for name in configuration.publicURLs.map(\.host) + listening + ["localhost"] where !names.contains(name) {
            names.append(name)
        }
        self.names = names
        self.clock = clock
    }

    var files: TLSFiles { Self.files(inFolder: folder.path) }

    /// The files of a server that has such a certificate.
    static func existingFiles(inFolder folder: String) -> TLSFiles? {
        let files = files(inFolder: folder)
        return FileSystem.exists(files.certificateChain) ? files : nil
    }

    private static func files(inFolder folder: String) -> TLSFiles {
        TLSFiles(certificateChain: "\(folder)/\(certificateFile)", privateKey: "\(folder)/\(keyFile)")
    }

    /// Sees to it that key and certificate are there and good.
    func prepare(_ storage: SQLiteServerStorage) throws(StartupError) {
        let stored = try storage.tlsKey()
        let text: String
        if let inFile = try? String(contentsOfFile: path(Self.keyFile), encoding: .utf8) {
            text = inFile
        } else {
            // The database first: a key that only the file holds would be missing from backups.
            text = stored ?? P256.Signing.PrivateKey().pemRepresentation
            if stored == nil { try storage.setTLSKey(text) }
            try folder.writePrivateFile(named: Self.keyFile, text)
        }
        _ = try Self.key(text, path(Self.keyFile))
        if let stored, stored != text { try storage.setTLSKey(text) }
        try renew()
    }

    /// Makes a new certificate with the same key where there is none, or where it ends soon, has not begun, is of another
    /// key, or lacks a name.
    func renew() throws(StartupError) {
        let keyPath = path(Self.keyFile)
        guard let text = try? String(contentsOfFile: keyPath, encoding: .utf8) else {
            throw StartupError(.cannotCreate, "Cannot read \(keyPath).")
        }
        let key = try Self.key(text, keyPath)
        if isGood(key) { return }
        do {
            let pem = try makeCertificate(key).serializeAsPEM().pemString
            try folder.writePrivateFile(named: Self.certificateFile, pem + "\n")
        } catch let error as StartupError {
            throw error
        } catch {
            throw StartupError(.cannotCreate, "Cannot make a self-signed certificate: \(error)")
        }
    }

    private func path(_ file: String) -> String { "\(folder.path)/\(file)" }

    private static func key(_ text: String, _ path: String) throws(StartupError) -> Certificate.PrivateKey {
        do {
            return try Certificate.PrivateKey(pemEncoded: text)
        } catch {
            throw StartupError(
                .configuration,
                """
                There is no private key in \(path). Bring back the right file; or remove it, and the server takes the \
                key that its database remembers.
                """)
        }
    }

    private func isGood(_ key: Certificate.PrivateKey) -> Bool {
        guard let text = try? String(contentsOfFile: path(Self.certificateFile), encoding: .utf8),
            let certificate = try? Certificate(pemEncoded: text), certificate.publicKey == key.publicKey,
            let known = try? certificate.extensions.subjectAlternativeNames
        else { return false }
        let now = Date(timeIntervalSince1970: Double(clock.now))
        return certificate.notValidBefore <= now
            && certificate.notValidAfter > now.addingTimeInterval(Double(Self.renewal))
            && names.allSatisfy { known.contains(Self.generalName($0)) }
    }

    private func makeCertificate(_ key: Certificate.PrivateKey) throws -> Certificate {
        let name = try DistinguishedName { CommonName(names.first ?? "localhost") }
        let now = Date(timeIntervalSince1970: Double(clock.now))
        return try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: key.publicKey,
            // Clocks of clients may be behind.
            notValidBefore: now.addingTimeInterval(-86_400),
            notValidAfter: now.addingTimeInterval(Double(Self.lifetime)), issuer: name, subject: name,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.serverAuth])
                SubjectAlternativeNames(names.map(Self.generalName))
            },
            issuerPrivateKey: key)
    }

    private static func generalName(_ name: String) -> GeneralName {
        IPAddress(name).map { .ipAddress(ASN1OctetString(contentBytes: $0.bytes[...])) } ?? .dnsName(name)
    }
}
