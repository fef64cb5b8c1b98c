/// Appends values in the TLS presentation language (RFC 9420 §2) to a byte array.
///
/// A vector of 2^30 bytes or more has no encoding (§2.1.2): to write one is a mistake of the program, and stops it.
public struct MLSWriter: Sendable {
    /// What has been written so far.
    public private(set) var bytes: [UInt8]

    /// A writer that has written nothing.
    ///
    /// - Parameter capacity: how many bytes there is room for before memory is asked for again; it bounds nothing.
    public init(reservingCapacity capacity: Int = 0) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    /// Appends an unsigned integer in network byte order.
    @inlinable
    public mutating func write<Value: FixedWidthInteger & UnsignedInteger>(integer value: Value) {
        var shift = Value.bitWidth
        while shift > 0 {
            shift -= 8
            append(UInt8(truncatingIfNeeded: value >> Value(shift)))
        }
    }

    /// Appends bytes as they are, with no length in front: `opaque x[n]`.
    public mutating func write(raw: some Sequence<UInt8>) {
        bytes.append(contentsOf: raw)
    }

    /// Appends an array as it is: what is written most.
    public mutating func write(raw: [UInt8]) {
        bytes.append(contentsOf: raw)
    }

    /// Appends an array as `opaque x<V>`.
    public mutating func write(opaque: [UInt8]) {
        write(length: opaque.count)
        bytes.append(contentsOf: opaque)
    }

    /// Appends `opaque x<V>`: a variable-length header (RFC 9420 §2.1.2), then the bytes.
    public mutating func write(opaque: some Collection<UInt8>) {
        write(length: opaque.count)
        bytes.append(contentsOf: opaque)
    }

    /// Appends a vector `T x<V>` whose content `body` writes.
    public mutating func writeVector(_ body: (inout MLSWriter) -> Void) {
        // The header's size depends on the content's, so the content is written first, behind the shortest header, and
        // moved by one or three bytes where that was too short.
        let start = bytes.count
        bytes.append(0)
        body(&self)
        let length = bytes.count - start - 1
        if length < 1 << 6 {
            bytes[start] = UInt8(length)
        } else {
            bytes.replaceSubrange(start...start, with: Self.header(length))
        }
    }

    /// Appends the variable-length header alone (RFC 9420 §2.1.2).
    package mutating func write(length: Int) {
        if length < 1 << 6 {
            bytes.append(UInt8(length))
        } else {
            bytes.append(contentsOf: Self.header(length))
        }
    }

    @usableFromInline
    mutating func append(_ byte: UInt8) {
        bytes.append(byte)
    }

    private static func header(_ length: Int) -> [UInt8] {
        switch length {
        case 0..<(1 << 6):
            return [UInt8(length)]
        case (1 << 6)..<(1 << 14):
            return [0x40 | UInt8(length >> 8), UInt8(length & 0xff)]
        default:
            // A vector of 2^30 bytes or more has no encoding. Every limit of the project is far below it, so this is a
            // mistake of the program and not of its input.
            precondition(length < 1 << 30, "a vector of \(length) bytes has no encoding in RFC 9420 §2.1.2")
            return [
                0x80 | UInt8(length >> 24), UInt8((length >> 16) & 0xff), UInt8((length >> 8) & 0xff),
                UInt8(length & 0xff),
            ]
        }
    }
}
