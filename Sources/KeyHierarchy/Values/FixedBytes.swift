public import MLSCodec

/// What tells one kind of fixed-length bytes from another.
public protocol FixedBytesKind: Sendable {
    static var byteCount: Int { get }
}

/// Public bytes of a fixed length: an identifier, a digest, a salt, a public key, a signature.
///
/// `Kind` keeps a `StoreID` from being passed where a `ProfileID` is meant. Encoded as `opaque x[n]`, with no length in
/// front; as text in lower-case hexadecimal.
public struct FixedBytes<Kind: FixedBytesKind>: Hashable, Sendable, CustomStringConvertible {
    public let bytes: [UInt8]

    /// `nil` unless there are exactly `Kind.byteCount` bytes.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Kind.byteCount else { return nil }
        self.bytes = Array(bytes)
    }

    /// Reads the text form; `nil` unless it is exactly `2 * Kind.byteCount` digits in lower case.
    public init?(hex: String) {
        guard let bytes = Hexadecimal.bytes(Array(hex.utf8)) else { return nil }
        self.init(bytes: bytes)
    }

    /// For a producer whose output has the length by construction; another length stops the program.
    package init(checked bytes: some Sequence<UInt8>) {
        self.bytes = Array(bytes)
        precondition(
            self.bytes.count == Kind.byteCount, "\(self.bytes.count) bytes where \(Kind.self) has \(Kind.byteCount)")
    }

    /// Fresh bytes from the system's generator.
    public static func random() -> Self {
        var generator = SystemRandomNumberGenerator()
        return Self(checked: (0..<Kind.byteCount).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
    }

    /// The text form, in lower-case hexadecimal.
    public var hex: String { Hexadecimal.digits(bytes) }
    public var description: String { hex }
}

extension FixedBytes: MLSCodable {
    public func encode(into writer: inout MLSWriter) { writer.write(raw: bytes) }

    public init(from reader: inout MLSReader) throws(CodecError) {
        bytes = try reader.readRaw(Kind.byteCount)
    }
}
