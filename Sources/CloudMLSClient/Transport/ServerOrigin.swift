/// Where a server is: scheme, host and port, in the one form that a login signs.
public struct ServerOrigin: Hashable, Sendable, CustomStringConvertible {
    /// `https`, or `http` for an address of this machine.
    public let scheme: String
    /// A lower-case name or address; an IPv6 address without brackets.
    public let host: String
    public let port: Int

    /// Reads an address as people write it: `host`, `host:port`, `[::1]:port` or `https://host:port`.
    ///
    /// Without a scheme it is `https`, and `http` for this machine's own addresses.
    /// - Parameters:
    ///   - text: the address; a path other than `/` is refused.
    ///   - defaultPort: the port where the text names neither port nor scheme; a scheme brings its own, 443 or 80.
    ///   - allowingPlaintext: takes `http` for other machines too, for networks that are encrypted below.
    /// - Throws: `ClientError` with `invalidArgument` or `insecureAddress`.
    public init(_ text: String, defaultPort: Int, allowingPlaintext: Bool = false) throws {
        let unreadable = ClientError(
            .invalidArgument, "\"\(text)\" is not the address of a server.", hint: "Write https://host:port.")
        var rest = Substring(text.trimmed.lowercased())
        var scheme: String?
        for candidate in ["https", "http"] where rest.hasPrefix("\(candidate)://") {
            scheme = candidate
            rest = rest.dropFirst(candidate.count + 3)
            break
        }
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        guard let (host, port) = Self.hostAndPort(rest) else { throw unreadable }
        let isLocal = Self.isThisMachine(host)
        self.scheme = scheme ?? (isLocal ? "http" : "https")
        self.host = host
        self.port = port ?? (scheme == nil ? defaultPort : self.scheme == "https" ? 443 : 80)
        guard self.scheme == "https" || isLocal || allowingPlaintext else {
            throw ClientError(
                .insecureAddress, "\(self) would be reached without encryption.",
                hint: "Use an https address; plain http is accepted for this machine only.")
        }
    }

    /// `scheme://host:port`, the port always written.
    public var description: String {
        host.contains(":") ? "\(scheme)://[\(host)]:\(port)" : "\(scheme)://\(host):\(port)"
    }

    private static func hostAndPort(_ text: Substring) -> (String, Int?)? {
        var host = text
        var port: Int?
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else { return nil }
            host = text[text.index(after: text.startIndex)..<end]
            let tail = text[text.index(after: end)...]
            guard host.contains(":"), host.utf8.allSatisfy(isAddressByte) else { return nil }
            if !tail.isEmpty {
                guard tail.first == ":", let number = portNumber(tail.dropFirst()) else { return nil }
                port = number
            }
            return (String(host), port)
        }
        if let colon = text.firstIndex(of: ":") {
            guard let number = portNumber(text[text.index(after: colon)...]) else { return nil }
            host = text[..<colon]
            port = number
        }
        guard (1...253).contains(host.utf8.count), host.utf8.allSatisfy(isNameByte) else { return nil }
        return (String(host), port)
    }

    private static func portNumber(_ text: Substring) -> Int? {
        guard text.utf8.count <= 5, text.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(text),
            (1...65_535).contains(number)
        else { return nil }
        return number
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
            UInt8(ascii: "."):
            true
        default: false
        }
    }

    private static func isAddressByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: ":"),
            UInt8(ascii: "."):
            true
        default: false
        }
    }

    private static func isThisMachine(_ host: String) -> Bool {
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}

extension String {
    /// Without white space at either end.
    fileprivate var trimmed: Substring {
        let start = drop(while: \.isWhitespace)
        guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return start }
        return start[...last]
    }
}
