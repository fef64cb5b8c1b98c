public import MLSCodec

/// `opaque HPKEPublicKey<V>` (RFC 9420 §5.1.1).
public struct HPKEPublicKey: Hashable, Sendable, MLSCodable, LaidOut {
    public var bytes: [UInt8]
    public init(_ bytes: [UInt8]) { self.bytes = bytes }
    static let layout: StructLayout<Self, [UInt8]> = StructLayout(\.bytes) { Self($0) }
}

/// A private key of the suite's KEM, as RFC 9180 serialises it.
public struct HPKEPrivateKey: Hashable, Sendable, MLSCodable, LaidOut {
    public let secret: SecretBytes
    /// For the provider alone.
    public let prepared = PreparedKey()

    public init(_ secret: SecretBytes) { self.secret = secret }

    public static func == (lhs: Self, rhs: Self) -> Bool { lhs.secret == rhs.secret }
    public func hash(into hasher: inout Hasher) { hasher.combine(secret) }

    static let layout: StructLayout<Self, SecretBytes> = StructLayout(\.secret) { Self($0) }
}

public struct HPKEKeyPair: Hashable, Sendable, MLSCodable, LaidOut {
    public var privateKey: HPKEPrivateKey
    public var publicKey: HPKEPublicKey

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
    public var kemOutput: [UInt8]
    public var ciphertext: [UInt8]

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
    public var bytes: [UInt8]
    public init(_ bytes: [UInt8]) { self.bytes = bytes }
    static let layout: StructLayout<Self, [UInt8]> = StructLayout(\.bytes) { Self($0) }
}

/// A private signature key: a seed for Ed25519, the scalar for ECDSA.
public struct SignaturePrivateKey: Hashable, Sendable, MLSCodable, LaidOut {
    public let secret: SecretBytes
    /// For the provider alone.
    public let prepared = PreparedKey()

    public init(_ secret: SecretBytes) { self.secret = secret }

    public static func == (lhs: Self, rhs: Self) -> Bool { lhs.secret == rhs.secret }
    public func hash(into hasher: inout Hasher) { hasher.combine(secret) }

    static let layout: StructLayout<Self, SecretBytes> = StructLayout(\.secret) { Self($0) }
}

public struct SignatureKeyPair: Hashable, Sendable, MLSCodable, LaidOut {
    public var privateKey: SignaturePrivateKey
    public var publicKey: SignaturePublicKey

    public init(privateKey: SignaturePrivateKey, publicKey: SignaturePublicKey) {
        self.privateKey = privateKey
        self.publicKey = publicKey
    }

    static let layout: StructLayout<Self, SignaturePrivateKey, SignaturePublicKey> = StructLayout(
        \.privateKey, \.publicKey
    ) { Self(privateKey: $0, publicKey: $1) }
}
