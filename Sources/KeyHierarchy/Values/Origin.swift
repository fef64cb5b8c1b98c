public import MLSCodec

/// A server's address as a client dials it: `scheme://host[:port]`, in one normal form (RFC 6454 §6.2).
///
/// Scheme and host are in lower case and the scheme's default port is left out, so that two origins are the same when
/// their texts are. An IPv6 address stands in brackets and is kept as it was written.
public struct Origin: RawRepresentable, Hashable, Sendable, MLSCodable, CustomStringConvertible {
    public enum Scheme: String, Sendable {
        case http
        case https

        public var defaultPort: UInt16 { self == .http ? 80 : 443 }
    }

    public let scheme: Scheme
    /// A DNS name, an IPv4 address, or an IPv6 address without its brackets.
    public let host: String
    public let port: UInt16

    /// `nil` unless the text is an origin in normal form.
    public init?(rawValue: String) {
        guard let origin = try? Self(typed: rawValue), origin.rawValue == rawValue else { return nil }
        self = origin
    }

    /// Takes what a person typed or configured; one `/` at the end is allowed, any other path is not.
    ///
    /// - Throws: `.invalidOrigin`.
    public init(typed: String) throws(KeyHierarchyError) {
        guard let parsed = Self.parse(typed) else {
            throw KeyHierarchyError(.invalidOrigin, "expected http(s)://host[:port]")
        }
        self = parsed
    }

    private init(scheme: Scheme, host: String, port: UInt16) {
        self.scheme = scheme
        self.host = host
        self.port = port
    }

    /// The normal form.
    public var rawValue: String {
        let bracketed = host.contains(":") ? "[\(host)]" : host
        return "\(scheme.rawValue)://\(bracketed)" + (port == scheme.defaultPort ? "" : ":\(port)")
    }

    public var description: String { rawValue }

    private static func parse(_ text: String) -> Self? {
        guard text.utf8.count <= 512, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { return nil }
        let lowered = text.lowercased()
        for scheme in [Scheme.http, .https] where lowered.hasPrefix("\(scheme.rawValue)://") {
            var rest = lowered.dropFirst(scheme.rawValue.count + 3)
            if rest.last == "/" { rest.removeLast() }
            let host: Substring
            var port: Substring?
            if rest.first == "[" {
                guard let close = rest.firstIndex(of: "]") else { return nil }
                host = rest[rest.index(after: rest.startIndex)..<close]
                guard IPAddress(ipv6: host) != nil else { return nil }
                let after = rest[rest.index(after: close)...]
                guard after.isEmpty || after.first == ":" else { return nil }
                port = after.isEmpty ? nil : after.dropFirst()
            } else {
                let parts = rest.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
                host = parts[0]
                port = parts.count == 2 ? parts[1] : nil
                guard isName(host) else { return nil }
            }
            guard let number = port.map({ parsePort($0) }) ?? scheme.defaultPort else { return nil }
            return Self(scheme: scheme, host: String(host), port: number)
        }
        return nil
    }

    private static func parsePort(_ text: Substring) -> UInt16? {
        guard (1...5).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return UInt16(text).flatMap { $0 == 0 ? nil : $0 }
    }

    private static func isName(_ host: Substring) -> Bool {
        (1...253).contains(host.utf8.count)
            && host.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."),
                    UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}
