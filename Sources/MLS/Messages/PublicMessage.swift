public import MLSCodec

// struct {
//     FramedContent content;
//     FramedContentAuthData auth;
//     select (PublicMessage.content.sender.sender_type) {
//         case member: MAC membership_tag;
//         case external, new_member_commit, new_member_proposal: struct{};
//     };
// } PublicMessage;

/// A message that is signed and not encrypted (RFC 9420 §6.2).
public struct PublicMessage: Hashable, Sendable, MLSCodable {
    package var content: FramedContent
    package var auth: FramedContentAuthData
    /// Present if the sender is a member, and else not.
    package var membershipTag: [UInt8]?

    package init(content: FramedContent, auth: FramedContentAuthData, membershipTag: [UInt8]?) {
        self.content = content
        self.auth = auth
        self.membershipTag = membershipTag
    }

    /// Writes content and signature, and the membership tag if the sender is a member.
    public func encode(into writer: inout MLSWriter) {
        content.encode(into: &writer)
        auth.encode(into: &writer)
        if let membershipTag { writer.write(opaque: membershipTag) }
    }

    /// Reads a message. Nothing about it is verified.
    ///
    /// - Throws: as any decoder.
    public init(from reader: inout MLSReader) throws(CodecError) {
        content = try FramedContent(from: &reader)
        auth = try FramedContentAuthData(for: content.body.type, from: &reader)
        membershipTag = content.sender.leafIndex == nil ? nil : try reader.readOpaque()
    }
}
