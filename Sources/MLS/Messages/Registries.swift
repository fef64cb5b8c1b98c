public import MLSCodec

/// The protocol's version (RFC 9420 §6). Only 1.0 exists; KeyPackages and ReInit can carry others.
public struct ProtocolVersion: RawRepresentable, Hashable, Sendable, MLSCodable {
    /// The registered number, as it is on the wire.
    public let rawValue: UInt16
    /// A version by its number, whether it exists or not.
    public init(rawValue: UInt16) { self.rawValue = rawValue }
    /// MLS 1.0, which RFC 9420 specifies.
    public static let mls10 = Self(rawValue: 1)
}

/// The registered number of an extension type (RFC 9420 §17.3). Unknown numbers are carried.
public struct ExtensionType: RawRepresentable, Hashable, Sendable, MLSCodable {
    /// The registered number, as it is on the wire.
    public let rawValue: UInt16
    /// A type by its number, whether it is registered or not.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// An application's name for a leaf (RFC 9420 §5.3.3).
    public static let applicationID = Self(rawValue: 0x0001)
    /// The tree, in a GroupInfo (RFC 9420 §12.4.3.3).
    public static let ratchetTree = Self(rawValue: 0x0002)
    /// What all members have to support, in a GroupContext (RFC 9420 §11.1).
    public static let requiredCapabilities = Self(rawValue: 0x0003)
    /// The key that one joins with by an external commit, in a GroupInfo (RFC 9420 §12.4.3.2).
    public static let externalPub = Self(rawValue: 0x0004)
    /// Who may propose from outside, in a GroupContext (RFC 9420 §12.1.8.1).
    public static let externalSenders = Self(rawValue: 0x0005)
    /// Marks a KeyPackage that may be used more than once (draft-ietf-mls-extensions).
    public static let lastResort = Self(rawValue: 0x000A)

    /// Whether every client has it, so that capabilities must not list it (RFC 9420 §7.2).
    public var isDefault: Bool { (1...5).contains(rawValue) }
}

/// The registered number of a proposal type (RFC 9420 §17.4). Unknown numbers are carried.
public struct ProposalType: RawRepresentable, Hashable, Sendable, MLSCodable {
    /// The registered number, as it is on the wire.
    public let rawValue: UInt16
    /// A type by its number, whether it is registered or not.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// A client joins (RFC 9420 §12.1.1).
    public static let add = Self(rawValue: 0x0001)
    /// A member gets a new leaf (RFC 9420 §12.1.2).
    public static let update = Self(rawValue: 0x0002)
    /// A member goes (RFC 9420 §12.1.3).
    public static let remove = Self(rawValue: 0x0003)
    /// A pre-shared key is taken in (RFC 9420 §12.1.4).
    public static let preSharedKey = Self(rawValue: 0x0004)
    /// The group starts over (RFC 9420 §12.1.5).
    public static let reInit = Self(rawValue: 0x0005)
    /// Somebody joins by itself (RFC 9420 §12.1.6).
    public static let externalInit = Self(rawValue: 0x0006)
    /// The group's extensions change (RFC 9420 §12.1.7).
    public static let groupContextExtensions = Self(rawValue: 0x0007)

    /// A member leaves, and whoever commits next has to let it (draft-ietf-mls-extensions).
    public static let selfRemove = Self(rawValue: 0x000A)

    /// Whether every client has it, so that capabilities must not list it (RFC 9420 §7.2).
    public var isDefault: Bool { (1...7).contains(rawValue) }

    /// Whether MLS gives it a meaning; all others are for applications to define.
    var isBuiltIn: Bool { isDefault || self == .selfRemove }

    /// Whether an external sender may propose it (RFC 9420 §12.1.8), of the types that MLS has itself.
    package var isAllowedForExternalSenders: Bool {
        [.add, .remove, .preSharedKey, .reInit, .groupContextExtensions].contains(self)
    }

    /// Whether a commit that covers such a proposal needs a path (RFC 9420 §12.4), of the types that MLS has itself.
    package var requiresPath: Bool { ![.add, .preSharedKey, .reInit].contains(self) }
}

/// The registered number of a credential type (RFC 9420 §17.5). Unknown numbers are carried in capabilities only.
public struct CredentialType: RawRepresentable, Hashable, Sendable, MLSCodable {
    /// The registered number, as it is on the wire.
    public let rawValue: UInt16
    /// A type by its number, whether it is registered or not.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// A bare identity (RFC 9420 §5.3).
    public static let basic = Self(rawValue: 0x0001)
    /// A chain of X.509 certificates (RFC 9420 §5.3).
    public static let x509 = Self(rawValue: 0x0002)
}

/// How a message is wrapped (RFC 9420 §17.2).
package enum WireFormat: UInt16, Sendable, MLSCodable {
    case publicMessage = 1
    case privateMessage = 2
    case welcome = 3
    case groupInfo = 4
    case keyPackage = 5
}

/// What a framed message carries (RFC 9420 §6).
public enum ContentType: UInt8, Sendable, MLSCodable {
    /// Data of the application; always encrypted.
    case application = 1
    /// A change that somebody asks for.
    case proposal = 2
    /// A change that begins the next epoch.
    case commit = 3
}
