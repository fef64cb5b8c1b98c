public import MLSCodec

/// Where a user's key store is and how to know it: all that a new device needs after it has met AD.
///
/// ```
/// struct {
///     uint8 version = 1;
///     opaque origins<V><V>;                    // each as its normal form, in the order to try them; never empty
///     opaque server_id[32];
///     optional<opaque[32]> certificate_pin;
///     opaque user_name<V>;                     // at the key store
///     opaque store_id[16];
///     opaque store_public_key[32];
///     uint64 move_counter;                     // rises with every move to another key store
/// } Profile;
/// ```
public struct Profile: Hashable, Sendable {
    private let version = FormatVersion.v1
    public var origins: [Origin]
    public var serverID: ServerID
    public var certificatePin: CertificatePin?
    public var userName: UserName
    public var storeID: StoreID
    public var storePublicKey: StorePublicKey
    /// How often the store has moved. A profile with a lower count than one already seen is an old one.
    public var moveCounter: UInt64

    public init(
        origins: [Origin], serverID: ServerID, certificatePin: CertificatePin? = nil, userName: UserName,
        storeID: StoreID, storePublicKey: StorePublicKey, moveCounter: UInt64 = 0
    ) {
        self.origins = origins
        self.serverID = serverID
        self.certificatePin = certificatePin
        self.userName = userName
        self.storeID = storeID
        self.storePublicKey = storePublicKey
        self.moveCounter = moveCounter
    }
}

extension Profile: MLSStruct {
    public static var layout:
        StructLayout<
            Self, FormatVersion, [Origin], ServerID, CertificatePin?, UserName, StoreID, StorePublicKey, UInt64
        >
    {
        StructLayout(
            \.version, \.origins, \.serverID, \.certificatePin, \.userName, \.storeID, \.storePublicKey, \.moveCounter
        ) { (_, origins, serverID, pin, userName, storeID, storePublicKey, moveCounter) throws(CodecError) in
            guard !origins.isEmpty else { throw CodecError(.invalidValue, "Profile.origins") }
            return Self(
                origins: origins, serverID: serverID, certificatePin: pin, userName: userName, storeID: storeID,
                storePublicKey: storePublicKey, moveCounter: moveCounter)
        }
    }
}
