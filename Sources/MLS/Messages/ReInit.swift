public import MLSCodec

// struct {
//     opaque group_id<V>;
//     ProtocolVersion version;
//     CipherSuite cipher_suite;
//     Extension extensions<V>;
// } ReInit;

/// A request to start the group over with other parameters (RFC 9420 §12.1.5).
public struct ReInit: Hashable, Sendable, MLSCodable, LaidOut {
    /// The new group's.
    public var groupID: [UInt8]
    /// The new group's; not older than that of the one that ends.
    public var version: ProtocolVersion
    /// The new group's, which need not be that of the one that ends.
    public var cipherSuite: CipherSuite
    /// The new GroupContext's.
    public var extensions: [Extension]

    /// What the new group shall be.
    ///
    /// The parameters are the properties of the same names.
    public init(groupID: [UInt8], version: ProtocolVersion, cipherSuite: CipherSuite, extensions: [Extension]) {
        self.groupID = groupID
        self.version = version
        self.cipherSuite = cipherSuite
        self.extensions = extensions
    }

    static let layout: StructLayout<Self, [UInt8], ProtocolVersion, CipherSuite, [Extension]> = StructLayout(
        \.groupID, \.version, \.cipherSuite, \.extensions
    ) {
        Self(groupID: $0, version: $1, cipherSuite: $2, extensions: $3)
    }
}
