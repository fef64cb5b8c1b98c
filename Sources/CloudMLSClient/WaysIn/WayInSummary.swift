public import KeyHierarchy

/// One way in, as it stands at both servers.
public struct WayInSummary: Sendable, Equatable {
    /// Names it in commands: 32 hexadecimal digits, of which the first few do.
    public let id: String
    public let kind: SlotKind
    /// What the user calls it; empty for a password, and for what is left of a way in whose adding was cut short.
    public let name: String
    /// When it was added, in seconds since 1970; nil where that is not known.
    public let added: UInt64?
    /// Whether it signs in at the key store and opens the data there.
    public let worksAtKeyStore: Bool
    /// Whether it signs in at the auth-delivery server and opens the profile there.
    public let worksAtAuthDelivery: Bool
    /// Whether it is the key of this device.
    public let isThisDevice: Bool

    /// Whether it works: at both servers.
    public var works: Bool { worksAtKeyStore && worksAtAuthDelivery }
}
