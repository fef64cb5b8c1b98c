import MLSCodec

extension CipherSuiteProvider {
    // struct { uint16 length; opaque label<V>; opaque context<V>; } KDFLabel;

    /// `ExpandWithLabel` (RFC 9420 §8).
    ///
    /// - Parameter length: in bytes.
    /// - Throws: `outputTooLong` for more than the KDF gives, or than `KDFLabel` can say.
    package func expandWithLabel(
        _ secret: SecretBytes, label: String, context: [UInt8], length: Int
    ) throws(CryptoError) -> SecretBytes {
        guard let length = UInt16(exactly: length) else { throw CryptoError(.outputTooLong, label) }
        var writer = MLSWriter(reservingCapacity: 64 + context.count)
        writer.write(integer: length)
        writer.write(opaque: Array("MLS 1.0 \(label)".utf8))
        writer.write(opaque: context)
        return try expand(pseudoRandomKey: secret, info: writer.bytes, length: Int(length))
    }

    /// `DeriveSecret` (RFC 9420 §8).
    package func deriveSecret(_ secret: SecretBytes, label: String) throws(CryptoError) -> SecretBytes {
        try expandWithLabel(secret, label: label, context: [], length: hashLength)
    }

    /// `DeriveTreeSecret` (RFC 9420 §9.1).
    package func deriveTreeSecret(
        _ secret: SecretBytes, label: String, generation: UInt32, length: Int
    ) throws(CryptoError) -> SecretBytes {
        try expandWithLabel(secret, label: label, context: generation.encoded, length: length)
    }
}
