#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// A literal IPv4 or IPv6 address (RFC 4291 §2.2).
struct IPAddress: Hashable, Sendable {
    /// 4 or 16 bytes. An IPv4 address inside IPv6 (RFC 4291 §2.5.5.2) is held as IPv4.
    let bytes: [UInt8]

    init?(_ text: String) {
        var four = [UInt8](repeating: 0, count: 4)
        var sixteen = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &four) == 1 {
            bytes = four
        } else if inet_pton(AF_INET6, text, &sixteen) == 1 {
            let isMapped = sixteen[..<10].allSatisfy { $0 == 0 } && sixteen[10] == 0xff && sixteen[11] == 0xff
            bytes = isMapped ? Array(sixteen[12...]) : sixteen
        } else {
            return nil
        }
    }

    /// Whether only this machine can reach it: 127.0.0.0/8 and ::1.
    var isLoopback: Bool {
        bytes.count == 4 ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes[15] == 1
    }

    /// What one customer of a network provider holds: an IPv4 address, or the /64 of an IPv6 address.
    var network: [UInt8] { bytes.count == 4 ? bytes : Array(bytes[..<8]) }

    /// Whether a server that listens on this host can be reached from this machine only.
    static func isLoopback(host: String) -> Bool {
        host == "localhost" || IPAddress(host)?.isLoopback == true
    }
}
