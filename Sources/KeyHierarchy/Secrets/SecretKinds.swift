public enum PasswordKeyKind: SecretKind { public static let name = "password key" }
/// What the KDF makes of a password; login keys and the password slot's key are derived from it.
public typealias PasswordKey = Secret<PasswordKeyKind>

public enum DataKeyKind: SecretKind { public static let name = "data key" }
/// Opens the keyring. Made once; every slot of the store holds it.
public typealias DataKey = Secret<DataKeyKind>

public enum ProfileKeyKind: SecretKind { public static let name = "profile key" }
/// Opens the profile and the anchors at AD; every slot at AD holds it.
public typealias ProfileKey = Secret<ProfileKeyKind>

public enum ObjectKeyKind: SecretKind { public static let name = "object key" }
/// Seals objects, through a key of its own for each write.
public typealias ObjectKey = Secret<ObjectKeyKind>

public enum NameBlindingKeyKind: SecretKind { public static let name = "name-blinding key" }
/// Turns an object's path into the name that the server sees.
public typealias NameBlindingKey = Secret<NameBlindingKeyKind>

public enum LocalStorageKeyKind: SecretKind { public static let name = "local-storage key" }
/// Seals what a client caches on its own disk.
public typealias LocalStorageKey = Secret<LocalStorageKeyKind>

public enum RecoveryPSKKind: SecretKind { public static let name = "recovery pre-shared key" }
/// The HPKE pre-shared key of a recovery slot: who does not know it cannot make such a slot.
public typealias RecoveryPSK = Secret<RecoveryPSKKind>

public enum SetupTokenKind: SecretKind { public static let name = "setup token" }
/// Permits one registration at a key store.
public typealias SetupToken = Secret<SetupTokenKind>

public enum FollowTokenKind: SecretKind { public static let name = "follow token" }
/// Begins a session at the key store that a store has moved to: whoever has the data key can make it.
public typealias FollowToken = Secret<FollowTokenKind>

/// A key for one AEAD call or one structure; it never leaves the module.
enum SealingKeyKind: SecretKind { static let name = "sealing key" }
typealias SealingKey = Secret<SealingKeyKind>

/// A key for HMAC that blinds the names of anchors.
enum AnchorNameKeyKind: SecretKind { static let name = "anchor-name key" }
typealias AnchorNameKey = Secret<AnchorNameKeyKind>
