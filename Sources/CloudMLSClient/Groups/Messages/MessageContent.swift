package import MLSCodec

// struct {
//     uint8 version = 1;
//     opaque text<V>;      // UTF-8
// } MessageContent;

/// The `application_data` of our messages (RFC 9420 §6).
package struct MessageContent: Hashable, Sendable, MLSStruct {
    package var text: String

    private var version: UInt8 { 1 }

    package init(text: String) { self.text = text }

    package static var layout: StructLayout<Self, UInt8, String> {
        StructLayout(\.version, \.text) { (version, text) throws(CodecError) in
            guard version == 1 else { throw CodecError(.invalidValue, "MessageContent.version") }
            return Self(text: text)
        }
    }
}
