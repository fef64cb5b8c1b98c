package import KeyHierarchy
package import MLSCodec

/// What a device remembers of a user's servers, also after signing out, so that it notices other ones.
///
/// ```
/// struct {
///     uint8 version = 1;
///     opaque auth_delivery_server_id[32];
///     opaque store_id[16];
///     opaque store_public_key[32];
///     uint64 move_counter;
///     uint64 keyring_revision;
/// } ServerPins;
/// ```
package struct ServerPins: MLSStruct, Hashable {
    private let version = FormatVersion.v1
    package var authDeliveryServerID: ServerID
    package var storeID: StoreID
    package var storePublicKey: StorePublicKey
    package var moveCounter: UInt64
    package var keyringRevision: Revision

    package init(
        authDeliveryServerID: ServerID, storeID: StoreID, storePublicKey: StorePublicKey, moveCounter: UInt64,
        keyringRevision: Revision
    ) {
        self.authDeliveryServerID = authDeliveryServerID
        self.storeID = storeID
        self.storePublicKey = storePublicKey
        self.moveCounter = moveCounter
        self.keyringRevision = keyringRevision
    }

    package static var layout: StructLayout<Self, FormatVersion, ServerID, StoreID, StorePublicKey, UInt64, Revision> {
        StructLayout(
            \.version, \.authDeliveryServerID, \.storeID, \.storePublicKey, \.moveCounter, \.keyringRevision
        ) { _, server, storeID, key, moves, revision in
            Self(
                authDeliveryServerID: server, storeID: storeID, storePublicKey: key, moveCounter: moves,
                keyringRevision: revision)
        }
    }

    /// What the device remembers of a user's servers; nil where it never met them.
    package static func read(
        user: UserName, at origin: Origin, from local: any LocalState
    ) async throws -> ServerPins? {
        guard let bytes = try await local.read(localName(user: user, at: origin)) else { return nil }
        guard let pins = try? ServerPins(decoding: bytes) else {
            throw ClientError(
                .formatOfAnotherVersion, "What this device remembers of the servers cannot be read.",
                hint: "Use the newest release of this program.")
        }
        return pins
    }

    /// The name in the device's `LocalState`.
    package static func localName(user: UserName, at origin: Origin) -> String {
        LocalScope(user: user, at: origin).name("pins")
    }
}

extension LocalState {
    /// Lets this device refuse keyrings that are older than one it has seen, also after signing out.
    func raisePins(user: UserName, at origin: Origin, keyringRevision: Revision) async throws {
        let name = ServerPins.localName(user: user, at: origin)
        guard let bytes = try await read(name), var pins = try? ServerPins(decoding: bytes),
            pins.keyringRevision < keyringRevision
        else { return }
        pins.keyringRevision = keyringRevision
        try await write(name, pins.encoded)
    }
}
