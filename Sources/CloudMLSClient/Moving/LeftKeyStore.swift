package import KeyHierarchy
package import MLSCodec

/// A key store that this device's store has moved away from: what is still there can be deleted.
///
/// ```
/// struct {
///     uint8 version = 1;
///     opaque origin<V>;
///     opaque server_id[32];
///     optional<opaque[32]> certificate_pin;
///     opaque user_name<V>;
/// } LeftKeyStore;
/// ```
package struct LeftKeyStore: MLSStruct, Hashable {
    private let version = FormatVersion.v1
    package var origin: Origin
    package var serverID: ServerID
    package var certificatePin: CertificatePin?
    package var userName: UserName

    package init(origin: Origin, serverID: ServerID, certificatePin: CertificatePin?, userName: UserName) {
        self.origin = origin
        self.serverID = serverID
        self.certificatePin = certificatePin
        self.userName = userName
    }

    package static var layout: StructLayout<Self, FormatVersion, Origin, ServerID, CertificatePin?, UserName> {
        StructLayout(\.version, \.origin, \.serverID, \.certificatePin, \.userName) { _, origin, serverID, pin, name in
            Self(origin: origin, serverID: serverID, certificatePin: pin, userName: name)
        }
    }

    /// The name in the device's `LocalState`.
    package static func localName(user: UserName, at origin: Origin) -> String {
        LocalScope(user: user, at: origin).name("left-key-store")
    }
}
