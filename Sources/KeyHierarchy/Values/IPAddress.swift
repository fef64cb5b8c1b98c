/// An IP address in binary: 4 or 16 bytes.
struct IPAddress: Hashable, Sendable {
    let bytes: [UInt8]

    /// Four decimal numbers without leading zeros. Shorter and octal forms are not addresses here.
    init?(ipv4 text: some StringProtocol) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bytes: [UInt8] = []
        for part in parts {
            guard let byte = UInt8(part), "\(byte)" == String(part) else { return nil }
            bytes.append(byte)
        }
        self.bytes = bytes
    }

    /// RFC 4291 §2.2, without a zone.
    init?(ipv6 text: some StringProtocol) {
        var halves: [[UInt8]] = []
        var rest = String(text)
        if let gap = rest.firstRange(of: "::") {
            let tail = String(rest[gap.upperBound...])
            guard !tail.contains("::"), let head = Self.groups(String(rest[..<gap.lowerBound])) else { return nil }
            halves.append(head)
            rest = tail
        }
        guard let last = Self.groups(rest) else { return nil }
        halves.append(last)
        let count = halves.reduce(0) { $0 + $1.count }
        if halves.count == 2 {
            guard count <= 14 else { return nil }
            bytes = halves[0] + Array(repeating: 0, count: 16 - count) + halves[1]
        } else {
            guard count == 16 else { return nil }
            bytes = halves[0]
        }
    }

    private static func groups(_ text: String) -> [UInt8]? {
        if text.isEmpty { return [] }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 8 else { return nil }
        var bytes: [UInt8] = []
        for (index, part) in parts.enumerated() {
            if index == parts.count - 1, let address = IPAddress(ipv4: part) {
                bytes += address.bytes
                continue
            }
            guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy({ $0 != UInt8(ascii: "+") }),
                let group = UInt16(part, radix: 16)
            else { return nil }
            bytes += [UInt8(group >> 8), UInt8(group & 0xff)]
        }
        return bytes
    }

    /// Loopback, private or link-local: RFC 1122 §3.2.1.3, RFC 1918, RFC 3927, RFC 4193, RFC 4291 §2.5.
    var isLocal: Bool {
        if bytes.count == 4 {
            switch (bytes[0], bytes[1]) {
            case (127, _), (10, _), (172, 16...31), (192, 168), (169, 254): return true
            default: return false
            }
        }
        if bytes.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff] {
            return IPAddress(unchecked: Array(bytes.suffix(4))).isLocal
        }
        let isLoopback = bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
        return isLoopback || bytes[0] & 0xfe == 0xfc || (bytes[0] == 0xfe && bytes[1] & 0xc0 == 0x80)
    }

    private init(unchecked bytes: [UInt8]) { self.bytes = bytes }
}

extension Origin {
    /// Whether the host is an address of this machine or of a private network.
    ///
    /// A server accepts a login for such an origin without having it configured: no phishing server on the internet can
    /// make a client dial its own loopback or home network.
    public var isLocal: Bool {
        if host == "localhost" || host.hasSuffix(".localhost") { return true }
        return (IPAddress(ipv4: host) ?? IPAddress(ipv6: host))?.isLocal ?? false
    }
}
