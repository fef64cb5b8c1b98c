public import KeyHierarchy

extension Origin {
    /// Reads a server's address as people type it: an origin, or just `host` or `host:port`.
    ///
    /// Without a scheme it is `https`, and `http` for this machine's own addresses.
    /// - Parameters:
    ///   - address: the address; a path other than `/` is refused.
    ///   - defaultPort: the port where the text names neither port nor scheme; a scheme brings its own.
    ///   - allowingPlaintext: takes `http` for other machines too, for networks that are encrypted below.
    /// - Throws: `ClientError` with `invalidArgument` or `insecureAddress`.
    public init(address: String, defaultPort: Int, allowingPlaintext: Bool = false) throws {
        let text = String(address.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
        var candidate = text
        if !text.contains("://") {
            let bare = text.hasSuffix("/") ? String(text.dropLast()) : text
            let hasPort = bare.hasPrefix("[") ? !bare.hasSuffix("]") : bare.contains(":")
            let complete = hasPort ? bare : "\(bare):\(defaultPort)"
            let isLocal = (try? Origin(typed: "http://\(complete)"))?.isThisMachine ?? false
            candidate = "\(isLocal ? "http" : "https")://\(complete)"
        }
        guard let origin = try? Origin(typed: candidate) else {
            throw ClientError(
                .invalidArgument, "\"\(text)\" is not the address of a server.", hint: "Write https://host:port.")
        }
        self = origin
        try requireEncryption(allowingPlaintext: allowingPlaintext)
    }

    /// - Throws: `ClientError` with `insecureAddress` for plain `http` to another machine.
    package func requireEncryption(allowingPlaintext: Bool = false) throws {
        guard scheme == .https || isThisMachine || allowingPlaintext else {
            throw ClientError(
                .insecureAddress, "\(self) would be reached without encryption.",
                hint: "Use an https address; plain http is accepted for this machine only.")
        }
    }
}
