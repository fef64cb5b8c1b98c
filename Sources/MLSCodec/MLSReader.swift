/// Reads values in the TLS presentation language (RFC 9420 §2) from a byte array.
///
/// Every function is total: it gives a value and moves on, or throws and leaves nothing half read behind. What it
/// allocates is bounded by the bytes that are there, never by a length that the input merely claims.
public struct MLSReader: Sendable {
    private let bytes: [UInt8]
    private let end: Int
    /// Where the next value begins, counted from the first byte of the outermost input.
    public private(set) var offset: Int

    /// A reader that stands at the first of these bytes.
    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
        self.offset = 0
        self.end = bytes.count
    }

    private init(_ bytes: [UInt8], from start: Int, to end: Int) {
        self.bytes = bytes
        self.offset = start
        self.end = end
    }

    /// How many bytes are left.
    public var remaining: Int { end - offset }

    /// Whether everything was read.
    public var isAtEnd: Bool { offset == end }

    /// The bytes between an earlier `offset` and this one, exactly as they arrived: signatures and hashes cover these.
    ///
    /// - Parameter start: an `offset` that this reader had. Any other is a mistake of the program, and stops it.
    public func bytes(since start: Int) -> [UInt8] {
        precondition((0...offset).contains(start), "an offset that the reader has not reached")
        return Array(bytes[start..<offset])
    }

    /// Reads an unsigned integer in network byte order.
    public mutating func readInteger<Value: FixedWidthInteger & UnsignedInteger>(
        _ type: Value.Type = Value.self
    ) throws(CodecError) -> Value {
        let size = Value.bitWidth / 8
        guard remaining >= size else { throw CodecError(.truncated, "integer of \(size) bytes") }
        var value: Value = 0
        for index in offset..<(offset + size) {
            value = size == 1 ? Value(bytes[index]) : (value << 8) | Value(bytes[index])
        }
        offset += size
        return value
    }

    /// Reads `opaque x[count]`.
    public mutating func readRaw(_ count: Int) throws(CodecError) -> [UInt8] {
        guard count >= 0, remaining >= count else { throw CodecError(.truncated, "\(count) bytes") }
        defer { offset += count }
        return Array(bytes[offset..<(offset + count)])
    }

    /// Reads `opaque x<V>`.
    public mutating func readOpaque() throws(CodecError) -> [UInt8] {
        var copy = self
        let value = try copy.readRaw(try copy.readLength())
        self = copy
        return value
    }

    /// Passes `opaque x<V>` by: it is there, and what is in it is for others.
    package mutating func skipOpaque() throws(CodecError) {
        let start = offset
        let length = try readLengthHeader()
        guard remaining >= length else {
            offset = start
            throw CodecError(.truncated, "vector")
        }
        offset += length
    }

    /// Reads a variable-length header (RFC 9420 §2.1.2), which must be the shortest that can hold the length and must
    /// not promise more bytes than there are.
    package mutating func readLength() throws(CodecError) -> Int {
        var copy = self
        let length = try copy.readLengthHeader()
        guard copy.remaining >= length else { throw CodecError(.truncated, "vector") }
        self = copy
        return length
    }

    /// Reads a variable-length header alone, whether the bytes it promises are there or not.
    package mutating func readLengthHeader() throws(CodecError) -> Int {
        guard remaining >= 1 else { throw CodecError(.truncated, "variable-length header") }
        let first = bytes[offset]
        let size = 1 << Int(first >> 6)
        guard size <= 4 else { throw CodecError(.invalidLength, "variable-length header") }
        guard remaining >= size else { throw CodecError(.truncated, "variable-length header") }
        var length = Int(first & 0x3f)
        for index in (offset + 1)..<(offset + size) {
            length = (length << 8) | Int(bytes[index])
        }
        if size == 2 && length < 1 << 6 || size == 4 && length < 1 << 14 {
            throw CodecError(.invalidLength, "variable-length header")
        }
        offset += size
        return length
    }

    /// Reads the header of a vector and gives a reader of its content alone.
    public mutating func readVector() throws(CodecError) -> MLSReader {
        let length = try readLength()
        let content = MLSReader(bytes, from: offset, to: offset + length)
        offset += length
        return content
    }

    /// Throws unless everything was read.
    public func expectEnd(_ context: @autoclosure () -> String = "") throws(CodecError) {
        guard isAtEnd else { throw CodecError(.trailingBytes, context()) }
    }
}
