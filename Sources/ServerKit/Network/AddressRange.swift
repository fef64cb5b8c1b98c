package import KeyHierarchy

/// Addresses that begin alike: `ADDRESS` or `ADDRESS/PREFIX` (RFC 4632 §3.1, RFC 4291 §2.3).
package struct AddressRange: Hashable, Sendable, CustomStringConvertible {
    private let bytes: [UInt8]
    private let prefixBits: Int
    package let description: String

    /// Nil unless it is an address, or an address and how many of its first bits count.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(parts[0]) else { return nil }
        let bits = address.bytes.count * 8
        guard parts.count == 1 || parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let prefix = parts.count == 1 ? bits : Int(parts[1]), (0...bits).contains(prefix)
        else { return nil }
        bytes = address.bytes
        prefixBits = prefix
        description = text
    }

    private init(_ known: [UInt8], prefixBits: Int, _ description: String) {
        bytes = known
        self.prefixBits = prefixBits
        self.description = description
    }

    /// This machine.
    package static let loopback = [
        Self([127, 0, 0, 0], prefixBits: 8, "127.0.0.0/8"),
        Self(Array(repeating: 0, count: 15) + [1], prefixBits: 128, "::1"),
    ]

    package func contains(_ address: IPAddress) -> Bool {
        guard address.bytes.count == bytes.count else { return false }
        let whole = prefixBits / 8
        guard address.bytes[..<whole] == bytes[..<whole] else { return false }
        let rest = prefixBits % 8
        guard rest > 0 else { return true }
        return (address.bytes[whole] ^ bytes[whole]) >> (8 - UInt8(rest)) == 0
    }
}
