public import MLSCodec

// struct {
//     HPKEPublicKey encryption_key;
//     SignaturePublicKey signature_key;
//     Credential credential;
//     Capabilities capabilities;
//     LeafNodeSource leaf_node_source;
//     select (LeafNode.leaf_node_source) {
//         case key_package: Lifetime lifetime;
//         case update:      struct{};
//         case commit:      opaque parent_hash<V>;
//     };
//     Extension extensions<V>;
//     /* SignWithLabel(., "LeafNodeTBS", LeafNodeTBS) */
//     opaque signature<V>;
// } LeafNode;

/// A member's leaf (RFC 9420 §7.2) as it was parsed: nothing about it has been verified.
///
/// The encoding is canonical: what decodes encodes to the same bytes again. So hashes and signatures over `encoded`
/// cover exactly what arrived.
@dynamicMemberLookup
public struct LeafNode: Hashable, Sendable, MLSCodable, LaidOut {
    /// All that the signature covers, but for the place in a group.
    public struct Content: Hashable, Sendable, MLSCodable, LaidOut {
        /// The public key of the leaf, which path secrets are encrypted to.
        public var encryptionKey: HPKEPublicKey
        /// The public key that the member's messages are signed with.
        public var signatureKey: SignaturePublicKey
        /// Who the member says to be.
        public var credential: Credential
        /// What the member can do.
        public var capabilities: Capabilities
        /// How the leaf came into the tree.
        public var source: LeafNodeSource
        /// The leaf's, whose types `capabilities` have to list.
        public var extensions: [Extension]

        package init(
            encryptionKey: HPKEPublicKey, signatureKey: SignaturePublicKey, credential: Credential,
            capabilities: Capabilities, source: LeafNodeSource, extensions: [Extension] = []
        ) {
            self.encryptionKey = encryptionKey
            self.signatureKey = signatureKey
            self.credential = credential
            self.capabilities = capabilities
            self.source = source
            self.extensions = extensions
        }

        static let layout:
            StructLayout<
                Self, HPKEPublicKey, SignaturePublicKey, Credential, Capabilities, LeafNodeSource, [Extension]
            > = StructLayout(\.encryptionKey, \.signatureKey, \.credential, \.capabilities, \.source, \.extensions) {
                Self(
                    encryptionKey: $0, signatureKey: $1, credential: $2, capabilities: $3, source: $4, extensions: $5)
            }
    }

    /// A leaf's place in a group, which signatures of updates and commits cover too.
    package struct Position: Hashable, Sendable, MLSStruct {
        package var groupID: [UInt8]
        package var leafIndex: LeafIndex

        package init(groupID: [UInt8], leafIndex: LeafIndex) {
            self.groupID = groupID
            self.leafIndex = leafIndex
        }

        package static let layout: StructLayout<Self, [UInt8], LeafIndex> = StructLayout(\.groupID, \.leafIndex) {
            Self(groupID: $0, leafIndex: $1)
        }
    }

    /// All that the signature covers, but for the place in a group.
    public var content: Content
    package var signature: [UInt8]

    package init(content: Content, signature: [UInt8]) {
        self.content = content
        self.signature = signature
    }

    static let layout: StructLayout<Self, Content, [UInt8]> = StructLayout(\.content, \.signature) {
        Self(content: $0, signature: $1)
    }

    /// What `content` holds, without naming it: `leafNode.credential`.
    public subscript<Value>(dynamicMember path: KeyPath<Content, Value>) -> Value { content[keyPath: path] }

    /// Signs `content` (RFC 9420 §7.2).
    ///
    /// - Parameter position: where the leaf stands; needed for updates and commits, unused for KeyPackages.
    package static func signed(
        _ content: Content, at position: Position?, with key: SignaturePrivateKey,
        provider: some CipherSuiteProvider
    ) throws(CryptoError) -> LeafNode {
        let signature = try provider.signWithLabel(
            key, label: "LeafNodeTBS", content: content.toBeSigned(at: position))
        return LeafNode(content: content, signature: signature)
    }

    /// Whether the signature is that of `signature_key` (RFC 9420 §7.3). It says nothing about the other rules there.
    package func hasValidSignature(at position: Position?, provider: some CipherSuiteProvider) -> Bool {
        provider.verifyWithLabel(
            content.signatureKey, label: "LeafNodeTBS", content: content.toBeSigned(at: position),
            signature: signature)
    }
}

extension LeafNode.Content {
    /// LeafNodeTBS (RFC 9420 §7.2).
    fileprivate func toBeSigned(at position: LeafNode.Position?) -> [UInt8] {
        var writer = MLSWriter()
        encode(into: &writer)
        switch source {
        case .keyPackage: break
        case .update, .commit: position?.encode(into: &writer)
        }
        return writer.bytes
    }
}
