/// A type with an encoding in the TLS presentation language (RFC 9420 §2).
///
/// What is generic around it is inlinable: a module that has a structure compiles its codec for that structure. Else every
/// field is looked up by the runtime each time.
public protocol MLSCodable: Sendable {
    func encode(into writer: inout MLSWriter)
    init(from reader: inout MLSReader) throws(CodecError)

    /// Writes a vector. Only `UInt8` has a reason to do it in another way than element by element.
    static func encodeVector(_ elements: [Self], into writer: inout MLSWriter)
    /// Writes a vector's content.
    static func encodeElements(_ elements: [Self], into writer: inout MLSWriter)
    /// Reads a vector's content to its end.
    static func decodeElements(from reader: inout MLSReader) throws(CodecError) -> [Self]
}

extension MLSCodable {
    /// The value's encoding.
    @inlinable public var encoded: [UInt8] {
        var writer = MLSWriter()
        encode(into: &writer)
        return writer.bytes
    }

    /// Decodes a value that takes all of `bytes`.
    @inlinable public init(decoding bytes: [UInt8]) throws(CodecError) {
        var reader = MLSReader(bytes)
        self = try Self(from: &reader)
        try reader.expectEnd("\(Self.self)")
    }

    @inlinable public static func encodeVector(_ elements: [Self], into writer: inout MLSWriter) {
        writer.writeVector { encodeElements(elements, into: &$0) }
    }

    @inlinable public static func encodeElements(_ elements: [Self], into writer: inout MLSWriter) {
        for element in elements {
            element.encode(into: &writer)
        }
    }

    @inlinable public static func decodeElements(from reader: inout MLSReader) throws(CodecError) -> [Self] {
        var elements: [Self] = []
        while !reader.isAtEnd {
            let before = reader.offset
            elements.append(try Self(from: &reader))
            guard reader.offset > before else { throw CodecError(.noProgress, "\(Self.self)") }
        }
        return elements
    }
}
