package import MLSCodec

// struct {
//     WireFormat wire_format;
//     FramedContent content;
//     FramedContentAuthData auth;
// } AuthenticatedContent;

/// A message without the protection of its wire format (RFC 9420 §6): what references and transcripts hash.
package struct AuthenticatedContent: Hashable, Sendable, MLSCodable {
    package var wireFormat: WireFormat
    package var content: FramedContent
    package var auth: FramedContentAuthData

    package init(wireFormat: WireFormat, content: FramedContent, auth: FramedContentAuthData) {
        self.wireFormat = wireFormat
        self.content = content
        self.auth = auth
    }

    package func encode(into writer: inout MLSWriter) {
        wireFormat.encode(into: &writer)
        content.encode(into: &writer)
        auth.encode(into: &writer)
    }

    package init(from reader: inout MLSReader) throws(CodecError) {
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
package struct FramedContentAuthData: Hashable, Sendable {
    package var signature: [UInt8]
    /// Present for commits and for nothing else.
    package var confirmationTag: [UInt8]?

    package init(signature: [UInt8], confirmationTag: [UInt8]? = nil) {
        self.signature = signature
        self.confirmationTag = confirmationTag
    }

    package func encode(into writer: inout MLSWriter) {
        writer.write(opaque: signature)
        if let confirmationTag { writer.write(opaque: confirmationTag) }
    }

    package init(for type: ContentType, from reader: inout MLSReader) throws(CodecError) {
        signature = try reader.readOpaque()
        confirmationTag = type == .commit ? try reader.readOpaque() : nil
    }
}
