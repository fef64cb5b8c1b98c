public enum StoreIDKind: FixedBytesKind { public static let byteCount = 16 }
/// Identifies a user's data at key stores: made once, moves with the data from server to server.
public typealias StoreID = FixedBytes<StoreIDKind>

public enum ProfileIDKind: FixedBytesKind { public static let byteCount = 16 }
/// Stands in the slots at AD where a `StoreID` stands in those of the key store, so that the two cannot be linked.
public typealias ProfileID = FixedBytes<ProfileIDKind>

public enum SlotIDKind: FixedBytesKind { public static let byteCount = 16 }
public typealias SlotID = FixedBytes<SlotIDKind>

public enum IncarnationKind: FixedBytesKind { public static let byteCount = 16 }
/// A server's life between two restores from a backup: random, new after each restore.
public typealias Incarnation = FixedBytes<IncarnationKind>

public enum ServerIDKind: FixedBytesKind { public static let byteCount = 32 }
/// SHA-256 of a server's Ed25519 public key: survives a change of address, certificate or machine.
public typealias ServerID = FixedBytes<ServerIDKind>

public enum LoginNonceKind: FixedBytesKind { public static let byteCount = 32 }
/// One side's contribution to the freshness of a login; used once.
public typealias LoginNonce = FixedBytes<LoginNonceKind>

public enum KDFSaltKind: FixedBytesKind { public static let byteCount = 16 }
/// The random salt of a password KDF, made by the client.
public typealias KDFSalt = FixedBytes<KDFSaltKind>

public enum CertificatePinKind: FixedBytesKind { public static let byteCount = 32 }
/// SHA-256 of a TLS certificate's SubjectPublicKeyInfo in DER (RFC 7469 §2.4).
public typealias CertificatePin = FixedBytes<CertificatePinKind>

public enum SignatureKind: FixedBytesKind { public static let byteCount = 64 }
/// An Ed25519 signature (RFC 8032 §5.1.6).
public typealias Signature = FixedBytes<SignatureKind>

public enum SlotPublicKeyKind: FixedBytesKind { public static let byteCount = 32 }
/// The X25519 public key that a recovery or device slot is sealed to.
public typealias SlotPublicKey = FixedBytes<SlotPublicKeyKind>

public enum MoveIDKind: FixedBytesKind { public static let byteCount = 16 }
/// One try to move a store to another key store: random, made by the client that begins it.
public typealias MoveID = FixedBytes<MoveIDKind>
