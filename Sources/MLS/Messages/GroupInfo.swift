public import MLSCodec

// struct {
//     GroupContext group_context;
//     Extension extensions<V>;
//     MAC confirmation_tag;
//     uint32 signer;
//     /* SignWithLabel(., "GroupInfoTBS", GroupInfoTBS) */
//     opaque signature<V>;
// } GroupInfo;

/// What a joiner needs to know about a group (RFC 9420 §12.4.3), as it was parsed: nothing about it is verified.
@dynamicMemberLookup
public struct GroupInfo: Hashable, Sendable, MLSCodable, LaidOut {
    /// GroupInfoTBS: all that the signature covers.
    public struct Content: Hashable, Sendable, MLSCodable, LaidOut {
        /// The epoch that one joins.
        public var groupContext: GroupContext
        /// Those of the GroupInfo itself, such as `ratchet_tree` and `external_pub`.
        public var extensions: [Extension]
        package var confirmationTag: [UInt8]
        /// The leaf of the member that signed it.
        public var signer: LeafIndex

        package init(
            groupContext: GroupContext, extensions: [Extension], confirmationTag: [UInt8], signer: LeafIndex
        ) {
            self.groupContext = groupContext
            self.extensions = extensions
            self.confirmationTag = confirmationTag
            self.signer = signer
        }

        static let layout: StructLayout<Self, GroupContext, [Extension], [UInt8], LeafIndex> = StructLayout(
            \.groupContext, \.extensions, \.confirmationTag, \.signer
        ) {
            Self(groupContext: $0, extensions: $1, confirmationTag: $2, signer: $3)
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

    /// What `content` holds, without naming it: `groupInfo.groupContext`.
    public subscript<Value>(dynamicMember path: KeyPath<Content, Value>) -> Value { content[keyPath: path] }

    /// Signs `content` (RFC 9420 §12.4.3).
    package static func signed(
        _ content: Content, with key: SignaturePrivateKey, provider: some CipherSuiteProvider
    ) throws(CryptoError) -> GroupInfo {
        GroupInfo(
            content: content,
            signature: try provider.signWithLabel(key, label: "GroupInfoTBS", content: content.encoded))
    }

    /// Whether the signature is that of `key`, which must come from the leaf with index `signer`.
    package func hasValidSignature(by key: SignaturePublicKey, provider: some CipherSuiteProvider) -> Bool {
        provider.verifyWithLabel(key, label: "GroupInfoTBS", content: content.encoded, signature: signature)
    }
}
