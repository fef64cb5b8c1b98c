package import MLSCodec

/// A message's key and nonce (RFC 9420 §9.1).
package struct MessageKey: Hashable, Sendable, MLSStruct {
    package let key: SecretBytes
    package let nonce: SecretBytes

    package static let layout: StructLayout<Self, SecretBytes, SecretBytes> = StructLayout(\.key, \.nonce) {
        Self(key: $0, nonce: $1)
    }
}
