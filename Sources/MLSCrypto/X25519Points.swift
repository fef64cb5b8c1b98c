/// The points of Curve25519 with which every private key agrees on zeros (RFC 7748 §6.1, RFC 9180 §7.1.4).
///
/// These are the u-coordinates of the points of order 1, 2, 4 and 8 on the curve and on its twist, in every form that 32
/// bytes can give them: the field's prime p may be added where the sum still fits, and the highest bit is ignored.
enum X25519Points {
    /// - Parameter bytes: a public key, little-endian.
    static func isOfSmallOrder(_ bytes: [UInt8]) -> Bool {
        guard var last = bytes.last else { return false }
        last &= 0x7f
        return smallOrder.contains { $0.last == last && $0.dropLast().elementsEqual(bytes.dropLast()) }
    }

    private static let smallOrder: [[UInt8]] = [
        edge(first: 0x00, middle: 0x00, last: 0x00),
        edge(first: 0x01, middle: 0x00, last: 0x00),
        // p - 1, p, p + 1
        edge(first: 0xec, middle: 0xff, last: 0x7f),
        edge(first: 0xed, middle: 0xff, last: 0x7f),
        edge(first: 0xee, middle: 0xff, last: 0x7f),
        // of order 8
        [
            0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4, 0x6a,
            0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00,
        ],
        [
            0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83, 0xef, 0x5b,
            0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c, 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57,
        ],
    ]

    private static func edge(first: UInt8, middle: UInt8, last: UInt8) -> [UInt8] {
        [first] + [UInt8](repeating: middle, count: 30) + [last]
    }
}
