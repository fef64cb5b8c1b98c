/// Whose slots: those of the store at the key store, or those of the profile at AD.
public protocol SlotScope: Sendable {
    associatedtype IDKind: FixedBytesKind
    /// The kind of the secret that is in the slots.
    associatedtype ContentKind: SecretKind
    static var role: ServerRole { get }
}

/// The slots at the key store: they carry the `StoreID` and hold the `DataKey`.
public enum StoreScope: SlotScope {
    public typealias IDKind = StoreIDKind
    public typealias ContentKind = DataKeyKind
    public static let role = ServerRole.keyStore
}

/// The slots at AD: they carry the `ProfileID` and hold the `ProfileKey`.
public enum ProfileScope: SlotScope {
    public typealias IDKind = ProfileIDKind
    public typealias ContentKind = ProfileKeyKind
    public static let role = ServerRole.authDelivery
}

public typealias StoreSlot = Slot<StoreScope>
public typealias ProfileSlot = Slot<ProfileScope>
