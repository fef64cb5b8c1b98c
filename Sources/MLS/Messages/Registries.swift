public import MLSCodec

/// The protocol's version (RFC 9420 §6). Only 1.0 exists; KeyPackages and ReInit can carry others.
public struct ProtocolVersion: RawRepresentable, Hashable, Sendable, MLSCodable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }
    public static let mls10 = Self(rawValue: 1)
}

/// The registered number of an extension type (RFC 9420 §17.3). Unknown numbers are carried.
public struct ExtensionType: RawRepresentable, Hashable, Sendable, MLSCodable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    public static let applicationID = Self(rawValue: 0x0001)
    public static let ratchetTree = Self(rawValue: 0x0002)
    public static let requiredCapabilities = Self(rawValue: 0x0003)
    public static let externalPub = Self(rawValue: 0x0004)
    public static let externalSenders = Self(rawValue: 0x0005)
    /// Marks a KeyPackage that may be used more than once (draft-ietf-mls-extensions).
    public static let lastResort = Self(rawValue: 0x000A)

    /// Whether every client has it, so that capabilities must not list it (RFC 9420 §7.2).
    public var isDefault: Bool { (1...5).contains(rawValue) }
}

/// The registered number of a proposal type (RFC 9420 §17.4). Unknown numbers are carried.
public struct ProposalType: RawRepresentable, Hashable, Sendable, MLSCodable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    public static let add = Self(rawValue: 0x0001)
    public static let update = Self(rawValue: 0x0002)
    public static let remove = Self(rawValue: 0x0003)
    public static let preSharedKey = Self(rawValue: 0x0004)
    public static let reInit = Self(rawValue: 0x0005)
    public static let externalInit = Self(rawValue: 0x0006)
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
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    public static let basic = Self(rawValue: 0x0001)
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
    case application = 1
    case proposal = 2
    case commit = 3
}
