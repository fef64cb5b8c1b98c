extension CipherSuiteProvider {
    /// A new init secret for a group that one is no member of, and the KEM output that lets its members derive it
    /// (RFC 9420 §8.3).
    ///
    /// - Parameter externalPub: the group's, from its GroupInfo.
    func makeExternalInit(
        for externalPub: HPKEPublicKey
    ) throws(CryptoError) -> (kemOutput: [UInt8], initSecret: SecretBytes) {
        let export = try hpkeSendExport(
            to: externalPub, info: [], exporterContext: externalInitContext, length: hashLength)
        return (export.kemOutput, export.secret)
    }

    /// The init secret that an ExternalInit proposal brings (RFC 9420 §8.3).
    ///
    /// - Parameter externalKey: the private half of the epoch's external key pair.
    package func externalInitSecret(
        _ kemOutput: [UInt8], externalKey: HPKEPrivateKey
    ) throws(CryptoError) -> SecretBytes {
        try hpkeReceiveExport(
            kemOutput, with: externalKey, info: [], exporterContext: externalInitContext, length: hashLength)
    }
}

private let externalInitContext = Array("MLS 1.0 external init secret".utf8)
