extension UInt8: MLSCodable {
    @inlinable public func encode(into writer: inout MLSWriter) { writer.write(integer: self) }
    @inlinable public init(from reader: inout MLSReader) throws(CodecError) { self = try reader.readInteger() }

    @inlinable public static func encodeVector(_ elements: [UInt8], into writer: inout MLSWriter) {
        writer.write(opaque: elements)
    }

    @inlinable public static func encodeElements(_ elements: [UInt8], into writer: inout MLSWriter) {
        writer.write(raw: elements)
    }

    @inlinable public static func decodeElements(from reader: inout MLSReader) throws(CodecError) -> [UInt8] {
        try reader.readRaw(reader.remaining)
    }
}

extension UInt16: MLSCodable {
    @inlinable public func encode(into writer: inout MLSWriter) { writer.write(integer: self) }
    @inlinable public init(from reader: inout MLSReader) throws(CodecError) { self = try reader.readInteger() }
}

extension UInt32: MLSCodable {
    @inlinable public func encode(into writer: inout MLSWriter) { writer.write(integer: self) }
    @inlinable public init(from reader: inout MLSReader) throws(CodecError) { self = try reader.readInteger() }
}

extension UInt64: MLSCodable {
    @inlinable public func encode(into writer: inout MLSWriter) { writer.write(integer: self) }
    @inlinable public init(from reader: inout MLSReader) throws(CodecError) { self = try reader.readInteger() }
}

/// `T x<V>`, and with `UInt8` as its element `opaque x<V>`.
extension Array: MLSCodable where Element: MLSCodable {
    @inlinable public func encode(into writer: inout MLSWriter) {
        Element.encodeVector(self, into: &writer)
    }

    @inlinable public init(from reader: inout MLSReader) throws(CodecError) {
        var content = try reader.readVector()
        self = try Element.decodeElements(from: &content)
    }
}

/// `optional<T>`: a presence octet, then the value where there is one (RFC 9420 §2.1.1).
extension Optional: MLSCodable where Wrapped: MLSCodable {
    @inlinable public func encode(into writer: inout MLSWriter) {
        switch self {
        case .none:
            writer.write(integer: UInt8(0))
        case .some(let value):
            writer.write(integer: UInt8(1))
            value.encode(into: &writer)
        }
    }

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
    @inlinable public func encode(into writer: inout MLSWriter) { writer.write(opaque: Array(utf8)) }

    @inlinable public init(from reader: inout MLSReader) throws(CodecError) {
        guard let string = String(validating: try reader.readOpaque(), as: UTF8.self) else {
            throw CodecError(.invalidValue, "UTF-8 string")
        }
        self = string
    }
}

extension RawRepresentable where Self: Sendable, RawValue: MLSCodable {
    @inlinable public func encode(into writer: inout MLSWriter) { rawValue.encode(into: &writer) }

    @inlinable public init(from reader: inout MLSReader) throws(CodecError) {
        guard let value = Self(rawValue: try RawValue(from: &reader)) else {
            throw CodecError(.invalidValue, "\(Self.self)")
        }
        self = value
    }
}
