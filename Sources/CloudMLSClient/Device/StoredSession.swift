package import CloudMLSAPI
public import KeyHierarchy
package import MLSCodec

/// A signed-in user as a device stores it. Who has it reads everything until the user signs out or changes keys.
///
/// ```
/// struct {
///     uint8 version = 1;
///     StoredServer auth_delivery;
///     StoredServer key_store;
///     opaque store_id[16];
///     opaque profile_id[16];
///     opaque data_key[32];
///     uint64 keyring_revision;
///     Keyring keyring;
/// } StoredSession;
/// ```
public struct StoredSession: Sendable {
    /// One server with the session there.
    ///
    /// ```
    /// struct {
    ///     opaque origin<V>;
    ///     opaque server_id[32];
    ///     optional<opaque[32]> certificate_pin;
    ///     opaque user_name<V>;
    ///     optional<StoredTokens> tokens;
    /// } StoredServer;
    /// ```
    package struct Server: Sendable, MLSStruct {
        package var origin: Origin
        package var serverID: ServerID
        package var certificatePin: CertificatePin?
        package var userName: UserName
        package var tokens: Tokens?

        package static var layout: StructLayout<Self, Origin, ServerID, CertificatePin?, UserName, Tokens?> {
            StructLayout(\.origin, \.serverID, \.certificatePin, \.userName, \.tokens) {
                Self(origin: $0, serverID: $1, certificatePin: $2, userName: $3, tokens: $4)
            }
        }
    }

    /// `struct { opaque access<V>; uint64 access_expires; opaque refresh<V>; uint64 refresh_expires; } StoredTokens;`
    package struct Tokens: Sendable, MLSStruct, CustomStringConvertible {
        let access: String
        let accessExpires: UInt64
        let refresh: String
        let refreshExpires: UInt64

        package init(_ tokens: SessionTokens) {
            access = tokens.accessToken
            accessExpires = tokens.accessExpires
            refresh = tokens.refreshToken
            refreshExpires = tokens.refreshExpires
        }

        package var sessionTokens: SessionTokens {
            SessionTokens(
                accessToken: access, accessExpires: accessExpires, refreshToken: refresh,
                refreshExpires: refreshExpires)
        }

        package var description: String { "<session tokens>" }

        package static var layout: StructLayout<Self, String, UInt64, String, UInt64> {
            StructLayout(\.access, \.accessExpires, \.refresh, \.refreshExpires) {
                Self(
                    SessionTokens(accessToken: $0, accessExpires: $1, refreshToken: $2, refreshExpires: $3))
            }
        }
    }

    private var version = FormatVersion.v1
    package var authDelivery: Server
    package var keyStore: Server
    package var storeID: StoreID
    package var profileID: ProfileID
    package var dataKey: DataKey
    package var keyringRevision: Revision
    package var keyring: Keyring

    /// The user's name at the auth-delivery server.
    public var userName: UserName { authDelivery.userName }
    /// The auth-delivery server's address.
    public var authDeliveryOrigin: Origin { authDelivery.origin }
    /// The key store's address.
    public var keyStoreOrigin: Origin { keyStore.origin }

    package init(
        authDelivery: Server, keyStore: Server, storeID: StoreID, profileID: ProfileID, dataKey: DataKey,
        keyringRevision: Revision, keyring: Keyring
    ) {
        self.authDelivery = authDelivery
        self.keyStore = keyStore
        self.storeID = storeID
        self.profileID = profileID
        self.dataKey = dataKey
        self.keyringRevision = keyringRevision
        self.keyring = keyring
    }

    /// The record of the server with this role.
    package subscript(role: ServerRole) -> Server {
        get { role == .keyStore ? keyStore : authDelivery }
        set {
            switch role {
            case .keyStore: keyStore = newValue
            case .authDelivery: authDelivery = newValue
            }
        }
    }
}

extension StoredSession {
    /// The bytes to store; they hold every key.
    public var encoded: [UInt8] {
        var writer = MLSWriter()
        Self.layout.encode(self, into: &writer)
        return writer.bytes
    }

    /// Reads what `encoded` gave.
    /// - Throws: `ClientError` with `formatOfAnotherVersion`.
    public init(decoding bytes: [UInt8]) throws {
        do {
            var reader = MLSReader(bytes)
            self = try Self.layout.decode(from: &reader)
            try reader.expectEnd("StoredSession")
        } catch {
            throw ClientError(
                .formatOfAnotherVersion, "The stored session cannot be read.",
                hint: "It is damaged or of another version of this program: sign out, then sign in again.")
        }
    }

    private static var layout:
        StructLayout<Self, FormatVersion, Server, Server, StoreID, ProfileID, DataKey, Revision, Keyring>
    {
        StructLayout(
            \.version, \.authDelivery, \.keyStore, \.storeID, \.profileID, \.dataKey, \.keyringRevision, \.keyring
        ) { _, authDelivery, keyStore, storeID, profileID, dataKey, revision, keyring in
            Self(
                authDelivery: authDelivery, keyStore: keyStore, storeID: storeID, profileID: profileID,
                dataKey: dataKey, keyringRevision: revision, keyring: keyring)
        }
    }
}
