public import MLSCodec

// struct {
//     WireFormat wire_format;
//     FramedContent content;
//     FramedContentAuthData auth;
// } AuthenticatedContent;

/// A message without the protection of its wire format (RFC 9420 §6): what references and transcripts hash.
public struct AuthenticatedContent: Hashable, Sendable, MLSCodable {
    public var wireFormat: WireFormat
    public var content: FramedContent
    public var auth: FramedContentAuthData

    public init(wireFormat: WireFormat, content: FramedContent, auth: FramedContentAuthData) {
        self.wireFormat = wireFormat
        self.content = content
        self.auth = auth
    }

    public func encode(into writer: inout MLSWriter) {
        wireFormat.encode(into: &writer)
        content.encode(into: &writer)
        auth.encode(into: &writer)
    }

    public init(from reader: inout MLSReader) throws(CodecError) {
        wireFormat = try WireFormat(from: &reader)
        content = try FramedContent(from: &reader)
        auth = try FramedContentAuthData(for: content.body.type, from: &reader)
    }
}

// struct {
//     /* SignWithLabel(., "FramedContentTBS", FramedContentTBS) */
//     opaque signature<V>;
//     select (FramedContent.content_type) {
//         case commit:                MAC confirmation_tag;
//         case application, proposal: struct{};
//     };
// } FramedContentAuthData;

/// What authenticates a message (RFC 9420 §6.1). It cannot be decoded without knowing the content's type.
public struct FramedContentAuthData: Hashable, Sendable {
    public var signature: [UInt8]
    /// Present for commits and for nothing else.
    public var confirmationTag: [UInt8]?

    public init(signature: [UInt8], confirmationTag: [UInt8]? = nil) {
        self.signature = signature
        self.confirmationTag = confirmationTag
    }

    public func encode(into writer: inout MLSWriter) {
        writer.write(opaque: signature)
        if let confirmationTag { writer.write(opaque: confirmationTag) }
    }

    public init(for type: ContentType, from reader: inout MLSReader) throws(CodecError) {
        signature = try reader.readOpaque()
        confirmationTag = type == .commit ? try reader.readOpaque() : nil
    }
}
