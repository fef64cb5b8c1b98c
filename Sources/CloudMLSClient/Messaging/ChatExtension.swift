import CloudMLSAPI
package import MLS
package import MLSCodec

// struct {
//     uint8 version = 1;
//     opaque platform<V>;
//     opaque chat_id<V>;
//     uint64 created;
//     optional<opaque group_id<V>> predecessor;
// } ChatExtension;

/// Which chat a group belongs to: the GroupContext extension 0xF7C1. Groups of ours require it, so that every member's
/// leaf lists it.
package struct ChatExtension: Hashable, Sendable, MLSStruct {
    /// From the private-use range of RFC 9420 §17.3.
    package static let type = ExtensionType(rawValue: 0xF7C1)

    /// How many bytes of UTF-8 a chat's name may have: what a shared folder takes. Whoever adds an account chooses the
    /// name, and the account's user keeps it in the one index of all groups, which has to stay small.
    package static let chatSizes = 1...150

    /// The platform's part of its members' addresses.
    package var platform: String
    /// The chat's name on the platform.
    package var chat: String
    /// Seconds since 1970, by the creator's clock: for people, never for an order.
    package var created: UInt64
    /// The group that this one takes the place of.
    package var predecessor: GroupID?

    private var version: UInt8 { 1 }

    package init(platform: String, chat: String, created: UInt64, predecessor: GroupID? = nil) {
        self.platform = platform
        self.chat = chat
        self.created = created
        self.predecessor = predecessor
    }

    package static var layout: StructLayout<Self, UInt8, String, String, UInt64, GroupID?> {
        StructLayout(\.version, \.platform, \.chat, \.created, \.predecessor) {
            (version, platform, chat, created, predecessor) throws(CodecError) in
            guard version == 1 else { throw CodecError(.invalidValue, "ChatExtension.version") }
            guard AccountAddress(platform: platform, id: "x") != nil else {
                throw CodecError(.invalidValue, "ChatExtension.platform")
            }
            guard chatSizes.contains(chat.utf8.count) else { throw CodecError(.invalidValue, "ChatExtension.chat_id") }
            guard predecessor.map({ $0.bytes.count <= GroupID.sizes.upperBound }) ?? true else {
                throw CodecError(.invalidValue, "ChatExtension.predecessor")
            }
            return Self(platform: platform, chat: chat, created: created, predecessor: predecessor)
        }
    }

    /// The extensions of a new group's GroupContext: this one, and that every member must know it.
    package var groupContextExtensions: [Extension] {
        [
            .requiredCapabilities(RequiredCapabilities(extensionTypes: [Self.type])),
            Extension(type: Self.type, data: encoded),
        ]
    }

    /// Reads it from a GroupContext; nil where it is missing, unreadable or not required.
    package init?(in extensions: [Extension]) {
        guard let required = try? extensions.decoded(.requiredCapabilities, as: RequiredCapabilities.self),
            required.extensionTypes.contains(Self.type),
            let chat = try? extensions.decoded(Self.type, as: Self.self)
        else { return nil }
        self = chat
    }
}

extension Capabilities {
    /// What a leaf of ours says it can do.
    package static func ours(_ cipherSuite: CipherSuite) -> Capabilities {
        Capabilities(cipherSuites: [cipherSuite], extensions: [.lastResort, ChatExtension.type])
    }
}
