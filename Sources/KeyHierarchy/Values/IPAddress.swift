/// An IP address in binary: 4 bytes, or 16 that do not hold an IPv4 address (RFC 4291 §2.5.5.2).
package struct IPAddress: Hashable, Sendable {
    package let bytes: [UInt8]

    /// Reads either form; nil where the text is neither.
    package init?(_ text: some StringProtocol) {
        guard let address = IPAddress(ipv4: text) ?? IPAddress(ipv6: text) else { return nil }
        self = address
    }

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
        let sixteen: [UInt8]
        if halves.count == 2 {
            guard count <= 14 else { return nil }
            sixteen = halves[0] + Array(repeating: 0, count: 16 - count) + halves[1]
        } else {
            guard count == 16 else { return nil }
            sixteen = halves[0]
        }
        let isMapped = sixteen.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]
        bytes = isMapped ? Array(sixteen.suffix(4)) : sixteen
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

    /// Only this machine can reach it: 127.0.0.0/8 (RFC 1122 §3.2.1.3) and ::1 (RFC 4291 §2.5.3).
    package var isLoopback: Bool {
        bytes.count == 4 ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
    }

    /// Whether a host, by name or by address, is this machine.
    package static func isThisMachine(host: String) -> Bool {
        host == "localhost" || IPAddress(host)?.isLoopback == true
    }

    /// Loopback, private or link-local: RFC 1918, RFC 3927, RFC 4193, RFC 4291 §2.5.6.
    var isLocal: Bool {
        if isLoopback { return true }
        if bytes.count == 4 {
            switch (bytes[0], bytes[1]) {
            case (10, _), (172, 16...31), (192, 168), (169, 254): return true
            default: return false
            }
        }
        return bytes[0] & 0xfe == 0xfc || (bytes[0] == 0xfe && bytes[1] & 0xc0 == 0x80)
    }
}

extension Origin {
    /// Whether the host is this machine, so that what is sent to it stays here.
    package var isThisMachine: Bool { IPAddress.isThisMachine(host: host) }

    /// Whether the host is an address of this machine or of a private network.
    ///
    /// A server accepts a login for such an origin without having it configured: no phishing server on the internet can
    /// make a client dial its own loopback or home network.
    public var isLocal: Bool {
        if isThisMachine || host.hasSuffix(".localhost") { return true }
        return IPAddress(host)?.isLocal ?? false
    }
}
