import MLSCodec

/// A pre-shared key with its name (RFC 9420 §8.4).
package struct PreSharedKey: Hashable, Sendable {
    package var id: PreSharedKeyID
    package var secret: SecretBytes

    package init(id: PreSharedKeyID, secret: SecretBytes) {
        self.id = id
        self.secret = secret
    }
}

extension CipherSuiteProvider {
    // struct { PreSharedKeyID id; uint16 index; uint16 count; } PSKLabel;

    /// `psk_secret` (RFC 9420 §8.4): zeros where there are no keys.
    ///
    /// - Parameter keys: in the order of the commit or the GroupSecrets.
    /// - Throws: `malformedInput` for more keys than `PSKLabel` can count.
    package func pskSecret(_ keys: [PreSharedKey]) throws(CryptoError) -> SecretBytes {
        guard let count = UInt16(exactly: keys.count) else { throw CryptoError(.malformedInput, "PSKLabel.count") }
        let zeros = SecretBytes(zeros: hashLength)
        var secret = zeros
        for (index, key) in zip(UInt16(0)..., keys) {
            var label = MLSWriter()
            key.id.encode(into: &label)
            label.write(integer: index)
            label.write(integer: count)
            let input = try expandWithLabel(
                extract(salt: zeros, inputKeyMaterial: key.secret), label: "derived psk", context: label.bytes,
                length: hashLength)
            secret = extract(salt: input, inputKeyMaterial: secret)
        }
        return secret
    }
}
