public import MLSCodec

/// The keys of everything a user stored: what the data key opens.
///
/// ```
/// struct { uint32 id; opaque key[32]; } KeyringObjectKey;
/// struct { opaque id[16]; SlotRecipient recipient; } KeyringSlot;
/// struct {
///     uint8 version = 1;
///     KeyringObjectKey object_keys<V>;       // by strictly increasing id
///     uint32 active_key_id;                  // one of them
///     opaque name_blinding_key[32];
///     opaque local_storage_key[32];
///     opaque store_signing_key[32];          // Ed25519 seed
///     KeyringSlot store_slots<V>;
///     KeyringSlot profile_slots<V>;
///     opaque profile_key[32];
///     opaque auth_delivery_server_id[32];
/// } Keyring;
/// ```
public struct Keyring: Sendable, Equatable {
    /// An object key with its number.
    public struct NumberedKey: Sendable, Equatable {
        public let id: KeyID
        public let key: ObjectKey

        package init(id: KeyID, key: ObjectKey) {
            self.id = id
            self.key = key
        }
    }

    /// A slot as the keyring remembers it: enough to seal it again.
    public struct KnownSlot: Sendable, Equatable {
        public var id: SlotID
        public var recipient: SlotRecipient

        public init(id: SlotID, recipient: SlotRecipient) {
            self.id = id
            self.recipient = recipient
        }
    }

    private let version = FormatVersion.v1
    /// By strictly increasing id; never empty.
    public private(set) var objectKeys: [NumberedKey]
    /// The key that new writes use; always one of `objectKeys`.
    public private(set) var activeKeyID: KeyID
    public let nameBlindingKey: NameBlindingKey
    public let localStorageKey: LocalStorageKey
    public let storeSigningKey: StoreSigningKey
    public var storeSlots: [KnownSlot]
    public var profileSlots: [KnownSlot]
    public let profileKey: ProfileKey
    /// AD's identity, compared at sign-in with the one that was met on the way.
    public var authDeliveryServerID: ServerID

    /// A new keyring with fresh keys.
    public init(
        storeSigningKey: StoreSigningKey, profileKey: ProfileKey, authDeliveryServerID: ServerID,
        storeSlots: [KnownSlot] = [], profileSlots: [KnownSlot] = []
    ) {
        self.init(
            objectKeys: [NumberedKey(id: .first, key: .random())], activeKeyID: .first, nameBlindingKey: .random(),
            localStorageKey: .random(), storeSigningKey: storeSigningKey, storeSlots: storeSlots,
            profileSlots: profileSlots, profileKey: profileKey, authDeliveryServerID: authDeliveryServerID)
    }

    /// All fields given, for tests against fixed bytes.
    package init(
        objectKeys: [NumberedKey], activeKeyID: KeyID, nameBlindingKey: NameBlindingKey,
        localStorageKey: LocalStorageKey, storeSigningKey: StoreSigningKey, storeSlots: [KnownSlot],
        profileSlots: [KnownSlot], profileKey: ProfileKey, authDeliveryServerID: ServerID
    ) {
        self.objectKeys = objectKeys
        self.activeKeyID = activeKeyID
        self.nameBlindingKey = nameBlindingKey
        self.localStorageKey = localStorageKey
        self.storeSigningKey = storeSigningKey
        self.storeSlots = storeSlots
        self.profileSlots = profileSlots
        self.profileKey = profileKey
        self.authDeliveryServerID = authDeliveryServerID
    }

    /// Makes a fresh object key and lets new writes use it; the old ones still open what they sealed.
    ///
    /// - Returns: the new key's number, the least that the server may accept from now on.
    /// - Throws: `.internalFailure` after 2^32 - 1 keys.
    public mutating func addObjectKey() throws(KeyHierarchyError) -> KeyID {
        guard let last = objectKeys.last?.id.rawValue, last < .max else {
            throw KeyHierarchyError(.internalFailure, "no object key numbers left")
        }
        activeKeyID = KeyID(rawValue: last + 1)
        objectKeys.append(NumberedKey(id: activeKeyID, key: .random()))
        return activeKeyID
    }

    /// Forgets every object key but the active one. What is still sealed under them is lost.
    public mutating func dropInactiveObjectKeys() {
        objectKeys.removeAll { $0.id != activeKeyID }
    }

    /// The key with this number, if the keyring has it.
    public func objectKey(_ id: KeyID) -> ObjectKey? { objectKeys.first { $0.id == id }?.key }
}

extension Keyring.NumberedKey: MLSStruct {
    public static var layout: StructLayout<Self, KeyID, ObjectKey> {
        StructLayout(\.id, \.key) { Self(id: $0, key: $1) }
    }
}

extension Keyring.KnownSlot: MLSStruct {
    public static var layout: StructLayout<Self, SlotID, SlotRecipient> {
        StructLayout(\.id, \.recipient) { Self(id: $0, recipient: $1) }
    }
}

extension Keyring: MLSStruct {
    public static var layout:
        StructLayout<
            Self, FormatVersion, [NumberedKey], KeyID, NameBlindingKey, LocalStorageKey, Secret<StoreSigningKeyKind>,
            [KnownSlot], [KnownSlot], ProfileKey, ServerID
        >
    {
        StructLayout(
            \.version, \.objectKeys, \.activeKeyID, \.nameBlindingKey, \.localStorageKey, \.storeSigningKey.seed,
            \.storeSlots, \.profileSlots, \.profileKey, \.authDeliveryServerID
        ) { (_, keys, active, blinding, local, seed, storeSlots, profileSlots, profileKey, server) throws(CodecError) in
            guard zip(keys, keys.dropFirst()).allSatisfy({ $0.id < $1.id }) else {
                throw CodecError(.invalidValue, "Keyring.object_keys")
            }
            guard keys.contains(where: { $0.id == active }) else {
                throw CodecError(.invalidValue, "Keyring.active_key_id")
            }
            guard let signingKey = try? StoreSigningKey(seed: seed) else {
                throw CodecError(.invalidValue, "Keyring.store_signing_key")
            }
            return Self(
                objectKeys: keys, activeKeyID: active, nameBlindingKey: blinding, localStorageKey: local,
                storeSigningKey: signingKey, storeSlots: storeSlots, profileSlots: profileSlots,
                profileKey: profileKey, authDeliveryServerID: server)
        }
    }
}
