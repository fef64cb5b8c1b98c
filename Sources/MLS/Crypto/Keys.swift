public import MLSCodec

/// `opaque HPKEPublicKey<V>` (RFC 9420 §5.1.1).
public struct HPKEPublicKey: Hashable, Sendable, MLSCodable, LaidOut {
    /// As RFC 9180 serialises it for the suite's KEM. That it is a key nobody has checked.
    public var bytes: [UInt8]
    /// A key in the KEM's encoding, which is not looked at here.
    public init(_ bytes: [UInt8]) { self.bytes = bytes }
    static let layout: StructLayout<Self, [UInt8]> = StructLayout(\.bytes) { Self($0) }
}

/// A private key of the suite's KEM, as RFC 9180 serialises it.
public struct HPKEPrivateKey: Hashable, Sendable, MLSCodable, LaidOut {
    /// The key, as RFC 9180 serialises it.
    public let secret: SecretBytes
    /// For the provider alone.
    public let prepared = PreparedKey()

    /// A key in the KEM's encoding; the provider refuses what is none when it is used.
    public init(_ secret: SecretBytes) { self.secret = secret }

    /// Compares the secrets, in constant time.
    public static func == (lhs: Self, rhs: Self) -> Bool { lhs.secret == rhs.secret }
    /// Hashes the secret.
    public func hash(into hasher: inout Hasher) { hasher.combine(secret) }

    static let layout: StructLayout<Self, SecretBytes> = StructLayout(\.secret) { Self($0) }
}

/// Both halves of a key of the suite's KEM (RFC 9180 §4).
public struct HPKEKeyPair: Hashable, Sendable, MLSCodable, LaidOut {
    /// What opens.
    public var privateKey: HPKEPrivateKey
    /// What seals.
    public var publicKey: HPKEPublicKey

    /// Two halves; that they belong together is the caller's to know.
    public init(privateKey: HPKEPrivateKey, publicKey: HPKEPublicKey) {
        self.privateKey = privateKey
        self.publicKey = publicKey
    }

    static let layout: StructLayout<Self, HPKEPrivateKey, HPKEPublicKey> = StructLayout(
        \.privateKey, \.publicKey
    ) { Self(privateKey: $0, publicKey: $1) }
}

/// `struct { opaque kem_output<V>; opaque ciphertext<V>; } HPKECiphertext` (RFC 9420 §7.6).
public struct HPKECiphertext: Hashable, Sendable, MLSCodable, LaidOut {
    /// `enc` of RFC 9180: what the recipient derives the shared secret from.
    public var kemOutput: [UInt8]
    /// With the tag at its end.
    public var ciphertext: [UInt8]

    /// What a provider's `hpkeSeal` gives back.
    public init(kemOutput: [UInt8], ciphertext: [UInt8]) {
        self.kemOutput = kemOutput
        self.ciphertext = ciphertext
    }

    static let layout: StructLayout<Self, [UInt8], [UInt8]> = StructLayout(\.kemOutput, \.ciphertext) {
        Self(kemOutput: $0, ciphertext: $1)
    }
}

/// `opaque SignaturePublicKey<V>` (RFC 9420 §5.1.1).
public struct SignaturePublicKey: Hashable, Sendable, MLSCodable, LaidOut {
    /// In the encoding of RFC 9420 §5.1.1. That it is a key nobody has checked.
    public var bytes: [UInt8]
    /// A key in that encoding, which is not looked at here.
    public init(_ bytes: [UInt8]) { self.bytes = bytes }
    static let layout: StructLayout<Self, [UInt8]> = StructLayout(\.bytes) { Self($0) }
}

/// A private signature key: a seed for Ed25519, the scalar for ECDSA.
public struct SignaturePrivateKey: Hashable, Sendable, MLSCodable, LaidOut {
    /// The seed or scalar, in the length that the suite has.
    public let secret: SecretBytes
    /// For the provider alone.
    public let prepared = PreparedKey()

    /// A key in the provider's encoding; the provider refuses what is none when it is used.
    public init(_ secret: SecretBytes) { self.secret = secret }

    /// Compares the secrets, in constant time.
    public static func == (lhs: Self, rhs: Self) -> Bool { lhs.secret == rhs.secret }
    /// Hashes the secret.
    public func hash(into hasher: inout Hasher) { hasher.combine(secret) }

    static let layout: StructLayout<Self, SecretBytes> = StructLayout(\.secret) { Self($0) }
}

/// Both halves of a signature key. Its encoding holds the private one: seal it before it is stored.
public struct SignatureKeyPair: Hashable, Sendable, MLSCodable, LaidOut {
    /// What signs.
    public var privateKey: SignaturePrivateKey
    /// What verifies, and what a leaf has.
    public var publicKey: SignaturePublicKey

    /// Two halves. `Group.create` and `KeyPackage.generate` refuse a pair whose halves do not belong together.
    public init(privateKey: SignaturePrivateKey, publicKey: SignaturePublicKey) {
        self.privateKey = privateKey
        self.publicKey = publicKey
    }

    static let layout: StructLayout<Self, SignaturePrivateKey, SignaturePublicKey> = StructLayout(
        \.privateKey, \.publicKey
    ) { Self(privateKey: $0, publicKey: $1) }
}
