/// Where a server's certificate comes from.
package enum TLSSource: Sendable, Equatable {
    /// Files that somebody else keeps up to date.
    case files(TLSFiles)
    /// A self-signed certificate in the data folder, made at the first start. Clients know it by its pin.
    case selfSigned
}

/// PEM files of a certificate chain, leaf first, and its private key.
package struct TLSFiles: Sendable, Equatable {
    package var certificateChain: String
    package var privateKey: String

    package init(certificateChain: String, privateKey: String) {
        self.certificateChain = certificateChain
        self.privateKey = privateKey
    }
}

/// Whether setup codes carry the certificate's pin. A client that has one trusts that key and asks no authority.
package enum CertificatePinning: String, Sendable, CaseIterable {
    /// With a self-signed certificate. One of an authority gets another key whenever it is renewed.
    case auto
    case always
    case never
}
