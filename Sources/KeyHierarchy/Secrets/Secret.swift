import Crypto
public import MLSCodec

/// What tells one kind of secret from another.
public protocol SecretKind: Sendable {
    /// What `description` calls it.
    static var name: String { get }
}

/// Something that keys can be derived from.
protocol SecretMaterial {
    var storage: SecretStorage { get }
}

/// 32 secret bytes of one kind: wiped when the last copy goes, compared in constant time, redacted when printed.
///
/// Encoded as `opaque x[32]`: only inside a structure that is sealed afterwards.
public struct Secret<Kind: SecretKind>: Sendable, Equatable, SecretMaterial, CustomStringConvertible,
    CustomDebugStringConvertible, CustomReflectable
{
    public static var byteCount: Int { 32 }

    let storage: SecretStorage

    /// `nil` unless there are exactly 32 bytes.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        storage = SecretStorage(bytes)
    }

    init(_ key: SymmetricKey) {
        storage = key.withUnsafeBytes { SecretStorage($0) }
        precondition(storage.count == Self.byteCount, "a derived \(Kind.name) of \(storage.count) bytes")
    }

    /// Fresh bytes from the system's generator.
    public static func random() -> Self { Self(SymmetricKey(size: .bits256)) }

    /// A copy of the bytes, for storage or a primitive that needs them. The copy is not wiped.
    public var bytes: [UInt8] { storage.bytes }

    var symmetricKey: SymmetricKey { storage.symmetricKey }

    /// Constant-time.
    public static func == (lhs: Self, rhs: Self) -> Bool { lhs.storage.isEqual(to: rhs.storage) }

    public var description: String { "<\(Kind.name)>" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension Secret: MLSCodable {
    public func encode(into writer: inout MLSWriter) { writer.write(raw: storage.bytes) }

    public init(from reader: inout MLSReader) throws(CodecError) {
        storage = SecretStorage(try reader.readRaw(Self.byteCount))
    }
}
