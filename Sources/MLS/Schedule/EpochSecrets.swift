package import MLSCodec

/// The secrets of one epoch (RFC 9420 §8), and the init secret that leads to the next.
package struct EpochSecrets: Hashable, Sendable, MLSStruct {
    package var senderDataSecret: SecretBytes
    package var encryptionSecret: SecretBytes
    package var exporterSecret: SecretBytes
    package var externalSecret: SecretBytes
    package var confirmationKey: SecretBytes
    package var membershipKey: SecretBytes
    package var resumptionPSK: SecretBytes
    package var epochAuthenticator: SecretBytes
    package var initSecret: SecretBytes

    /// - Parameter epochSecret: also what a new group samples at random (RFC 9420 §11).
    package init(epochSecret: SecretBytes, provider: some CipherSuiteProvider) throws(CryptoError) {
        senderDataSecret = try provider.deriveSecret(epochSecret, label: "sender data")
        encryptionSecret = try provider.deriveSecret(epochSecret, label: "encryption")
        exporterSecret = try provider.deriveSecret(epochSecret, label: "exporter")
        externalSecret = try provider.deriveSecret(epochSecret, label: "external")
        confirmationKey = try provider.deriveSecret(epochSecret, label: "confirm")
        membershipKey = try provider.deriveSecret(epochSecret, label: "membership")
        resumptionPSK = try provider.deriveSecret(epochSecret, label: "resumption")
        epochAuthenticator = try provider.deriveSecret(epochSecret, label: "authentication")
        initSecret = try provider.deriveSecret(epochSecret, label: "init")
    }

    private init(
        senderDataSecret: SecretBytes, encryptionSecret: SecretBytes, exporterSecret: SecretBytes,
        externalSecret: SecretBytes, confirmationKey: SecretBytes, membershipKey: SecretBytes,
        resumptionPSK: SecretBytes, epochAuthenticator: SecretBytes, initSecret: SecretBytes
    ) {
        self.senderDataSecret = senderDataSecret
        self.encryptionSecret = encryptionSecret
        self.exporterSecret = exporterSecret
        self.externalSecret = externalSecret
        self.confirmationKey = confirmationKey
        self.membershipKey = membershipKey
        self.resumptionPSK = resumptionPSK
        self.epochAuthenticator = epochAuthenticator
        self.initSecret = initSecret
    }

    package static let layout:
        StructLayout<
            Self, SecretBytes, SecretBytes, SecretBytes, SecretBytes, SecretBytes, SecretBytes, SecretBytes,
            SecretBytes, SecretBytes
        > = StructLayout(
            \.senderDataSecret, \.encryptionSecret, \.exporterSecret, \.externalSecret, \.confirmationKey,
            \.membershipKey, \.resumptionPSK, \.epochAuthenticator, \.initSecret
        ) {
            Self(
                senderDataSecret: $0, encryptionSecret: $1, exporterSecret: $2, externalSecret: $3,
                confirmationKey: $4, membershipKey: $5, resumptionPSK: $6, epochAuthenticator: $7, initSecret: $8)
        }

    /// The key pair that outsiders join with (RFC 9420 §8).
    package func externalKeyPair(provider: some CipherSuiteProvider) throws(CryptoError) -> HPKEKeyPair {
        try provider.deriveHPKEKeyPair(inputKeyMaterial: externalSecret)
    }

    /// `MLS-Exporter` (RFC 9420 §8.5).
    ///
    /// - Parameter length: in bytes.
    package func export(
        label: String, context: [UInt8], length: Int, provider: some CipherSuiteProvider
    ) throws(CryptoError) -> SecretBytes {
        try provider.expandWithLabel(
            try provider.deriveSecret(exporterSecret, label: label), label: "exported",
            context: provider.hash(context), length: length)
    }

    /// `confirmation_tag` of the commit that began the epoch (RFC 9420 §6.1).
    package func confirmationTag(
        confirmedTranscriptHash: [UInt8], provider: some CipherSuiteProvider
    ) -> [UInt8] {
        provider.mac(key: confirmationKey, data: confirmedTranscriptHash)
    }
}
