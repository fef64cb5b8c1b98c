public import MLSCodec

public enum ObjectRandomKind: FixedBytesKind { public static let byteCount = 32 }

/// The first 37 bytes of a sealed object.
///
/// ```
/// struct { uint8 version = 1; uint32 key_id; opaque random[32]; } ObjectHeader;
/// ```
public struct ObjectHeader: Hashable, Sendable, MLSStruct {
    public static let byteCount = 37

    let version: FormatVersion
    /// Under which object key the body is sealed. A server compares it with the least it accepts.
    public let keyID: KeyID
    let random: FixedBytes<ObjectRandomKind>

    init(version: FormatVersion = .v1, keyID: KeyID, random: FixedBytes<ObjectRandomKind>) {
        self.version = version
        self.keyID = keyID
        self.random = random
    }

    public static var layout: StructLayout<Self, FormatVersion, KeyID, FixedBytes<ObjectRandomKind>> {
        StructLayout(\.version, \.keyID, \.random) { Self(version: $0, keyID: $1, random: $2) }
    }

    /// Reads the header of a sealed object and leaves the rest alone.
    public init(ofObject body: some Collection<UInt8>) throws(CodecError) {
        self = try Self(decoding: Array(body.prefix(Self.byteCount)))
    }

    /// The key id of a sealed object, which is all that a server looks at; nil where there is no header to be read.
    public static func keyID(ofObject body: [UInt8]) -> KeyID? {
        // Where the layout puts it: behind the version.
        guard body.count >= byteCount, body[0] == FormatVersion.v1.rawValue else { return nil }
        return KeyID(rawValue: body[1..<5].reduce(0) { $0 << 8 | UInt32($1) })
    }
}
