package import KeyHierarchy
package import MLSCodec

/// The keys with which one device signs in at both servers and opens its slots, without a password.
///
/// Who has them reads everything, until `slot remove` takes the device's slots away. They differ between the servers, so
/// that the two cannot recognise a common user by them.
///
/// ```
/// struct {
///     opaque slot_id[16];
///     opaque slot_key[32];                 // X25519
///     opaque login_key[32];                // Ed25519 seed
/// } DeviceKeyPair;
/// struct {
///     uint8 version = 1;
///     opaque store_public_key[32];         // what the slots are verified with before they are opened
///     DeviceKeyPair store;
///     DeviceKeyPair profile;
/// } DeviceKeys;
/// ```
package struct DeviceKeys: MLSStruct {
    /// The half for the server of one role.
    package struct Pair: Sendable, Equatable, MLSStruct {
        package var slotID: SlotID
        package var slotKey: SlotKeyPair
        package var loginKey: LoginKey

        package init(slotID: SlotID, slotKey: SlotKeyPair, loginKey: LoginKey) {
            self.slotID = slotID
            self.slotKey = slotKey
            self.loginKey = loginKey
        }

        init(_ environment: ClientEnvironment) throws {
            slotID = environment.fresh()
            slotKey = try SlotKeyPair(secret: environment.fresh())
            loginKey = try LoginKey(seed: environment.fresh())
        }

        package static var layout: StructLayout<Self, SlotID, Secret<SlotPrivateKeyKind>, Secret<LoginKeyKind>> {
            StructLayout(\.slotID, \.slotKey.secret, \.loginKey.seed) { (id, slot, login) throws(CodecError) in
                guard let slotKey = try? SlotKeyPair(secret: slot), let loginKey = try? LoginKey(seed: login) else {
                    throw CodecError(.invalidValue, "DeviceKeyPair")
                }
                return Self(slotID: id, slotKey: slotKey, loginKey: loginKey)
            }
        }
    }

    private let version = FormatVersion.v1
    package let storePublicKey: StorePublicKey
    package let store: Pair
    package let profile: Pair

    package init(storePublicKey: StorePublicKey, store: Pair, profile: Pair) {
        self.storePublicKey = storePublicKey
        self.store = store
        self.profile = profile
    }

    /// Fresh keys.
    init(storePublicKey: StorePublicKey, environment: ClientEnvironment) throws {
        self.init(
            storePublicKey: storePublicKey, store: try Pair(environment), profile: try Pair(environment))
    }

    package static var layout: StructLayout<Self, FormatVersion, StorePublicKey, Pair, Pair> {
        StructLayout(\.version, \.storePublicKey, \.store, \.profile) { _, key, store, profile in
            Self(storePublicKey: key, store: store, profile: profile)
        }
    }

    /// The name in the device's `LocalState`.
    package static func localName(user: UserName, at origin: Origin) -> String {
        LocalScope(user: user, at: origin).name("device-key")
    }

    /// What all such names begin with.
    static let localNamePrefix = "device-key/"
}
