extension UInt8: MLSCodable {
    /// Writes `uint8`: one byte.
    @inlinable public func encode(into writer: inout MLSWriter) { writer.write(integer: self) }
    /// Reads `uint8`.
    ///
    /// - Throws: `truncated` at the end of the input.
    @inlinable public init(from reader: inout MLSReader) throws(CodecError) { self = try reader.readInteger() }

    /// Writes `opaque x<V>` in one piece.
    @inlinable public static func encodeVector(_ elements: [UInt8], into writer: inout MLSWriter) {
        writer.write(opaque: elements)
    }

    /// Writes the bytes in one piece.
    @inlinable public static func encodeElements(_ elements: [UInt8], into writer: inout MLSWriter) {
        writer.write(raw: elements)
    }

    /// Takes all bytes that are left.
    @inlinable public static func decodeElements(from reader: inout MLSReader) throws(CodecError) -> [UInt8] {
        try reader.readRaw(reader.remaining)
    }
}

extension UInt16: MLSCodable {
    /// Writes `uint16`: two bytes, the higher one first.
    @inlinable public func encode(into writer: inout MLSWriter) { writer.write(integer: self) }
    /// Reads `uint16`.
    ///
    /// - Throws: `truncated` if fewer than two bytes are left.
    @inlinable public init(from reader: inout MLSReader) throws(CodecError) { self = try reader.readInteger() }
}

extension UInt32: MLSCodable {
    /// Writes `uint32`: four bytes, the highest one first.
    @inlinable public func encode(into writer: inout MLSWriter) { writer.write(integer: self) }
    /// Reads `uint32`.
    ///
    /// - Throws: `truncated` if fewer than four bytes are left.
    @inlinable public init(from reader: inout MLSReader) throws(CodecError) { self = try reader.readInteger() }
}

extension UInt64: MLSCodable {
    /// Writes `uint64`: eight bytes, the highest one first.
    @inlinable public func encode(into writer: inout MLSWriter) { writer.write(integer: self) }
    /// Reads `uint64`.
    ///
    /// - Throws: `truncated` if fewer than eight bytes are left.
    @inlinable public init(from reader: inout MLSReader) throws(CodecError) { self = try reader.readInteger() }
}

/// `T x<V>`, and with `UInt8` as its element `opaque x<V>`.
extension Array: MLSCodable where Element: MLSCodable {
    /// Writes a header with the length in bytes (RFC 9420 §2.1.2), then the elements.
    @inlinable public func encode(into writer: inout MLSWriter) {
        Element.encodeVector(self, into: &writer)
    }

    /// Reads a vector to its end.
    ///
    /// - Throws: `truncated` or `invalidLength` for its header, and what an element's decoder throws.
    @inlinable public init(from reader: inout MLSReader) throws(CodecError) {
        var content = try reader.readVector()
        self = try Element.decodeElements(from: &content)
    }
}

/// `optional<T>`: a presence octet, then the value where there is one (RFC 9420 §2.1.1).
extension Optional: MLSCodable where Wrapped: MLSCodable {
    /// Writes 0, or 1 and the value.
    @inlinable public func encode(into writer: inout MLSWriter) {
        switch self {
        case .none:
            writer.write(integer: UInt8(0))
        case .some(let value):
            writer.write(integer: UInt8(1))
            value.encode(into: &writer)
        }
    }

    /// Reads the presence octet, and the value if there is one.
    ///
    /// - Throws: `invalidPresence` for an octet other than 0 and 1, and what the value's decoder throws.
    @inlinable public init(from reader: inout MLSReader) throws(CodecError) {
        switch try reader.readInteger(UInt8.self) {
        case 0: self = .none
        case 1: self = .some(try Wrapped(from: &reader))
        default: throw CodecError(.invalidPresence, "optional<\(Wrapped.self)>")
        }
    }
}

/// A string is `opaque x<V>` that must be UTF-8.
extension String: MLSCodable {
    /// Writes the UTF-8 form as `opaque x<V>`.
    @inlinable public func encode(into writer: inout MLSWriter) { writer.write(opaque: Array(utf8)) }

    /// Reads `opaque x<V>`.
    ///
    /// - Throws: `invalidValue` for bytes that are not UTF-8, and what `readOpaque()` throws.
    @inlinable public init(from reader: inout MLSReader) throws(CodecError) {
        guard let string = String(validating: try reader.readOpaque(), as: UTF8.self) else {
            throw CodecError(.invalidValue, "UTF-8 string")
        }
        self = string
    }
}

extension RawRepresentable where Self: Sendable, RawValue: MLSCodable {
    /// Writes the raw value: what stands for an enumeration or a registered number on the wire.
    @inlinable public func encode(into writer: inout MLSWriter) { rawValue.encode(into: &writer) }

    /// Reads the raw value.
    ///
    /// - Throws: `invalidValue` for one that the type does not know.
    @inlinable public init(from reader: inout MLSReader) throws(CodecError) {
        guard let value = Self(rawValue: try RawValue(from: &reader)) else {
            throw CodecError(.invalidValue, "\(Self.self)")
        }
        self = value
    }
}
