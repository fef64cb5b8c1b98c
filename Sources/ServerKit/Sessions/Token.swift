import CloudMLSAPI
import Crypto
import KeyHierarchy

/// A bearer token: 32 random bytes in base64url without padding. Servers store its hash only.
package struct Token: Sendable, CustomStringConvertible {
    /// What the client gets and sends.
    package let text: String
    /// SHA-256 of the 32 bytes: what is stored and looked up. Finding it says nothing about a neighbour's token, so
    /// that an index lookup need not take constant time.
    package let hash: [UInt8]

    /// Makes a new one.
    package init() {
        let bytes = [UInt8].secureRandom(32)
        text = Base64URL.encode(bytes)
        hash = Array(SHA256.hash(data: bytes))
    }

    /// Parses one that a client sent; nil where it cannot be one.
    package init?(_ text: String) {
        guard text.utf8.count == 43, let bytes = Base64URL.decode(text), bytes.count == 32 else { return nil }
        self.text = text
        hash = Array(SHA256.hash(data: bytes))
    }

    package var description: String { "<token>" }
}
