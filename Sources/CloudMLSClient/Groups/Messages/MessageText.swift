import KeyHierarchy

/// How an MLSMessage stands in a platform's text message: `cloudmls1:` and the bytes in base64url without padding.
package enum MessageText {
    package static let prefix = "cloudmls1:"

    /// What a text on a platform is.
    package enum Content: Equatable, Sendable {
        case sealed([UInt8])
        /// It claims to be sealed, and cannot be read.
        case damaged
        case plain
    }

    package static func encode(_ message: [UInt8]) -> String { prefix + Base64URL.encode(message) }

    /// White space around the text does not count: some platforms and people add it.
    package static func decode(_ text: String) -> Content {
        let trimmed = text.drop { $0.isWhitespace }
        guard trimmed.hasPrefix(prefix) else { return .plain }
        let body = trimmed.dropFirst(prefix.count)
        let end = body.lastIndex { !$0.isWhitespace }.map { body.index(after: $0) } ?? body.startIndex
        guard let bytes = Base64URL.decode(body[..<end]), !bytes.isEmpty else { return .damaged }
        return .sealed(bytes)
    }
}
