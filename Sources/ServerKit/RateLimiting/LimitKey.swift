import CloudMLSAPI
import Crypto
import KeyHierarchy
import MLSCodec

/// Stands for a network, a name, or both, in login limits: 16 bytes that tell nothing to who has the database but not
/// the server's secret, and the same length whatever a client made up.
package struct LimitKey: Hashable, Sendable {
    package let bytes: [UInt8]

    package init(bytes: [UInt8]) { self.bytes = bytes }
}

/// Makes limit keys, under a secret of the server.
struct LimitKeys: Sendable {
    private let secret: SymmetricKey

    init(secret: [UInt8]) {
        let code = HMAC<SHA256>.authenticationCode(
            for: Array("login limits".utf8), using: SymmetricKey(data: secret))
        self.secret = SymmetricKey(data: code)
    }

    func network(_ network: ClientNetwork) -> LimitKey { key("network", [network.bytes]) }

    func name(_ name: String, _ kind: SlotKind, from network: ClientNetwork?) -> LimitKey {
        key("name", [Array(name.utf8), Array(kind.name.utf8)] + (network.map { [$0.bytes] } ?? []))
    }

    func known(_ name: String, _ network: ClientNetwork) -> LimitKey {
        key("known", [Array(name.utf8), network.bytes])
    }

    private func key(_ purpose: String, _ parts: [[UInt8]]) -> LimitKey {
        var writer = MLSWriter()
        writer.write(opaque: Array(purpose.utf8))
        for part in parts { writer.write(opaque: part) }
        return LimitKey(bytes: Array(HMAC<SHA256>.authenticationCode(for: writer.bytes, using: secret).prefix(16)))
    }
}
