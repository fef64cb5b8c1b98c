public import MLSCodec

// struct {
//     ProtocolVersion version;
//     CipherSuite cipher_suite;
//     HPKEPublicKey init_key;
//     LeafNode leaf_node;
//     Extension extensions<V>;
//     /* SignWithLabel(., "KeyPackageTBS", KeyPackageTBS) */
//     opaque signature<V>;
// } KeyPackage;

/// What a client publishes so that others can add it (RFC 9420 §10), as it was parsed: nothing about it is verified.
/// `verified(by:policy:)` is the way to a `VerifiedKeyPackage`.
@dynamicMemberLookup
public struct KeyPackage: Hashable, Sendable, MLSCodable, LaidOut {
    /// KeyPackageTBS: all that the signature covers.
    public struct Content: Hashable, Sendable, MLSCodable, LaidOut {
        /// The version of the protocol that it is for.
        public var version: ProtocolVersion
        /// The suite that it is for, and no other.
        public var cipherSuite: CipherSuite
        /// The key that Welcomes are encrypted to.
        public var initKey: HPKEPublicKey
        /// The leaf that the client gets in a group.
        public var leafNode: LeafNode
        /// Those of the KeyPackage alone, which do not come into the tree.
        public var extensions: [Extension]

        package init(
            version: ProtocolVersion = .mls10, cipherSuite: CipherSuite, initKey: HPKEPublicKey, leafNode: LeafNode,
            extensions: [Extension] = []
        ) {
            self.version = version
            self.cipherSuite = cipherSuite
            self.initKey = initKey
            self.leafNode = leafNode
            self.extensions = extensions
        }

        static let layout: StructLayout<Self, ProtocolVersion, CipherSuite, HPKEPublicKey, LeafNode, [Extension]> =
            StructLayout(
                \.version, \.cipherSuite, \.initKey, \.leafNode, \.extensions
            ) {
                Self(version: $0, cipherSuite: $1, initKey: $2, leafNode: $3, extensions: $4)
            }
    }

    /// All that the signature covers.
    public var content: Content
    package var signature: [UInt8]

    package init(content: Content, signature: [UInt8]) {
        self.content = content
        self.signature = signature
    }

    static let layout: StructLayout<Self, Content, [UInt8]> = StructLayout(\.content, \.signature) {
        Self(content: $0, signature: $1)
    }

    /// What `content` holds, without naming it: `keyPackage.leafNode`.
    public subscript<Value>(dynamicMember path: KeyPath<Content, Value>) -> Value { content[keyPath: path] }

    /// The name that Welcomes use for this KeyPackage (RFC 9420 §5.2). The provider is that of its own cipher suite.
    public func reference(provider: some CipherSuiteProvider) -> KeyPackageRef { provider.makeKeyPackageRef(encoded) }

    /// Whether it says that it may be handed out more than once.
    public var isLastResort: Bool { content.extensions.contains { $0.type == .lastResort } }
}
