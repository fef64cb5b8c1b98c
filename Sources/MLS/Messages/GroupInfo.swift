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
public struct GroupInfo: Hashable, Sendable, MLSStruct {
    /// GroupInfoTBS: all that the signature covers.
    public struct Content: Hashable, Sendable, MLSStruct {
        public var groupContext: GroupContext
        public var extensions: [Extension]
        public var confirmationTag: [UInt8]
        public var signer: LeafIndex

        public init(
            groupContext: GroupContext, extensions: [Extension], confirmationTag: [UInt8], signer: LeafIndex
        ) {
            self.groupContext = groupContext
            self.extensions = extensions
            self.confirmationTag = confirmationTag
            self.signer = signer
        }

        public static let layout: StructLayout<Self, GroupContext, [Extension], [UInt8], LeafIndex> = StructLayout(
            \.groupContext, \.extensions, \.confirmationTag, \.signer
        ) {
            Self(groupContext: $0, extensions: $1, confirmationTag: $2, signer: $3)
        }
    }

    public var content: Content
    public var signature: [UInt8]

    public init(content: Content, signature: [UInt8]) {
        self.content = content
        self.signature = signature
    }

    public static let layout: StructLayout<Self, Content, [UInt8]> = StructLayout(\.content, \.signature) {
        Self(content: $0, signature: $1)
    }

    public subscript<Value>(dynamicMember path: KeyPath<Content, Value>) -> Value { content[keyPath: path] }

    /// Signs `content` (RFC 9420 §12.4.3).
    public static func signed(
        _ content: Content, with key: SignaturePrivateKey, provider: some CipherSuiteProvider
    ) throws(CryptoError) -> GroupInfo {
        GroupInfo(
            content: content,
            signature: try provider.signWithLabel(key, label: "GroupInfoTBS", content: content.encoded))
    }

    /// Whether the signature is that of `key`, which must come from the leaf with index `signer`.
    public func hasValidSignature(by key: SignaturePublicKey, provider: some CipherSuiteProvider) -> Bool {
        provider.verifyWithLabel(key, label: "GroupInfoTBS", content: content.encoded, signature: signature)
    }
}
