public import MLSCodec

// struct {
//     ExtensionType extension_type;
//     opaque extension_data<V>;
// } Extension;

/// An extension as it travels (RFC 9420 §13.4): unknown types are carried like known ones.
public struct Extension: Hashable, Sendable, MLSCodable, LaidOut {
    /// Which extension it is.
    public var type: ExtensionType
    /// `extension_data`: the content, encoded as the type's specification says.
    public var data: [UInt8]

    /// An extension, of whatever type.
    ///
    /// - Parameter data: the encoded content.
    public init(type: ExtensionType, data: [UInt8]) {
        self.type = type
        self.data = data
    }

    static let layout: StructLayout<Self, ExtensionType, [UInt8]> = StructLayout(\.type, \.data) {
        Self(type: $0, data: $1)
    }

    /// `required_capabilities` (RFC 9420 §11.1).
    public static func requiredCapabilities(_ value: RequiredCapabilities) -> Self {
        Self(type: .requiredCapabilities, data: value.encoded)
    }

    /// `external_senders` (RFC 9420 §12.1.8.1).
    public static func externalSenders(_ value: [ExternalSender]) -> Self {
        Self(type: .externalSenders, data: value.encoded)
    }

    /// `application_id` (RFC 9420 §5.3.3).
    public static func applicationID(_ value: [UInt8]) -> Self {
        Self(type: .applicationID, data: value.encoded)
    }

    /// `external_pub` (RFC 9420 §12.4.3.2).
    package static func externalPub(_ key: HPKEPublicKey) -> Self {
        Self(type: .externalPub, data: key.encoded)
    }

    /// `last_resort`: this KeyPackage may be handed out more than once.
    public static let lastResort = Self(type: .lastResort, data: [])
}

extension [Extension] {
    /// The data of the extension of this type.
    public func data(of type: ExtensionType) -> [UInt8]? { first { $0.type == type }?.data }

    /// The content of the extension of this type, decoded.
    public func decoded<Value: MLSCodable>(
        _ type: ExtensionType, as value: Value.Type = Value.self
    ) throws(CodecError) -> Value? {
        guard let data = data(of: type) else { return nil }
        return try Value(decoding: data)
    }

    /// Whether no type appears twice (RFC 9420 §13.4).
    package var hasUniqueTypes: Bool { Set(map(\.type)).count == count }
}
