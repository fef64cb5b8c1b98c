package import CloudMLSAPI
package import MLS
package import MLSCodec

/// An account's identity keys, one for each signature scheme: what makes its leaves the account's in every group.
package struct AccountSecrets: Hashable, Sendable, MLSStruct {
    package struct Key: Hashable, Sendable, MLSStruct {
        /// TLS `SignatureScheme`.
        package var scheme: UInt16
        package var pair: SignatureKeyPair

        package init(scheme: UInt16, pair: SignatureKeyPair) {
            self.scheme = scheme
            self.pair = pair
        }

        package static var layout: StructLayout<Self, UInt16, SignatureKeyPair> {
            StructLayout(\.scheme, \.pair) { Self(scheme: $0, pair: $1) }
        }
    }

    package var keys: [Key]

    private var version: UInt8 { 1 }

    package init(keys: [Key]) { self.keys = keys }

    package static var layout: StructLayout<Self, UInt8, [Key]> {
        StructLayout(\.version, \.keys) { (version, keys) throws(CodecError) in
            guard version == 1 else { throw CodecError(.invalidValue, "AccountSecrets.version") }
            return Self(keys: keys)
        }
    }

    /// What the auth-delivery server is told.
    package var identityKeys: [IdentityKey] {
        keys.map { IdentityKey(scheme: $0.scheme, publicKey: Bytes($0.pair.publicKey.bytes)) }
    }

    /// The key that a cipher suite signs with.
    package func pair(for suite: CipherSuite) -> SignatureKeyPair? {
        keys.first { $0.scheme == suite.signatureScheme }?.pair
    }
}

extension CipherSuite {
    /// The TLS `SignatureScheme` of a suite that this client has (RFC 9420 §17.1); nil for the others.
    package var signatureScheme: UInt16? {
        switch self {
        case .mls128DHKEMX25519AES128GCMSHA256Ed25519, .mls128DHKEMX25519ChaCha20Poly1305SHA256Ed25519: 0x0807
        case .mls128DHKEMP256AES128GCMSHA256P256: 0x0403
        default: nil
        }
    }
}
