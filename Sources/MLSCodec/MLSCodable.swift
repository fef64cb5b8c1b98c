/// A type with an encoding in the TLS presentation language (RFC 9420 §2).
///
/// What is generic around it is inlinable: a module that has a structure compiles its codec for that structure. Else every
/// field is looked up by the runtime each time.
public protocol MLSCodable: Sendable {
    /// Appends the value's encoding. Equal values must give equal bytes: signatures and hashes are made over them.
    func encode(into writer: inout MLSWriter)
    /// Reads a value from where the reader stands, and leaves the reader behind it.
    ///
    /// - Throws: `CodecError` for bytes that are no encoding of a value. A decoder is total: no bytes may trap it.
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

    /// Writes a header with the length in bytes, then the elements one by one.
    @inlinable public static func encodeVector(_ elements: [Self], into writer: inout MLSWriter) {
        writer.writeVector { encodeElements(elements, into: &$0) }
    }

    /// Writes the elements one by one, with nothing around them.
    @inlinable public static func encodeElements(_ elements: [Self], into writer: inout MLSWriter) {
        for element in elements {
            element.encode(into: &writer)
        }
    }

    /// Reads elements until the reader is at its end.
    ///
    /// - Throws: what an element's decoder throws, and `noProgress` for an element that takes no bytes.
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
