import CloudMLSAPI
import Crypto
import KeyHierarchy
import MLSCodec
import Synchronization

/// Server nonces: each good for one login by the one it was made for, and for a short time.
///
/// A nonce carries its own expiry and authentication, under a key that lives as long as the process, so that handing
/// out nonces costs neither memory nor a write. Only the ones that came back are remembered, until they expire.
///
/// ```
/// struct {
///     uint64 expires;       // seconds since 1970
///     opaque random[8];
///     opaque mac[16];       // HMAC-SHA-256, truncated
/// } ServerNonce;
/// ```
final class LoginNonces: Sendable {
    private let key = SymmetricKey(size: .bits256)
    private let lifetime: UInt64
    private let clock: ServerClock
    private let redeemed = Mutex<[LoginNonce: UInt64]>([:])

    init(lifetime: UInt64 = UInt64(Limits.preLoginLifetime), clock: ServerClock) {
        self.lifetime = lifetime
        self.clock = clock
    }

    /// - Returns: a nonce, and until when it is good.
    func issue(user: String, kind: SlotKind, clientNonce: LoginNonce) -> (nonce: LoginNonce, expires: UInt64) {
        let expires = clock.now + lifetime
        var writer = MLSWriter()
        writer.write(integer: expires)
        writer.write(raw: [UInt8].secureRandom(8))
        let mac = authenticationCode(writer.bytes, user: user, kind: kind, clientNonce: clientNonce)
        return (LoginNonce(checked: writer.bytes + mac), expires)
    }

    /// Uses a nonce up.
    /// - Returns: false where it was made by somebody else or for somebody else, has expired, or was used.
    func redeem(_ nonce: LoginNonce, user: String, kind: SlotKind, clientNonce: LoginNonce) -> Bool {
        let body = Array(nonce.bytes[..<16])
        let expected = authenticationCode(body, user: user, kind: kind, clientNonce: clientNonce)
        guard ConstantTime.areEqual(expected, Array(nonce.bytes[16...])) else { return false }
        let expires = body[..<8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let now = clock.now
        guard now <= expires else { return false }
        return redeemed.withLock { redeemed in
            if redeemed.count >= 1_024 { redeemed = redeemed.filter { $0.value >= now } }
            return redeemed.updateValue(expires, forKey: nonce) == nil
        }
    }

    private func authenticationCode(
        _ body: [UInt8], user: String, kind: SlotKind, clientNonce: LoginNonce
    ) -> [UInt8] {
        var writer = MLSWriter()
        writer.write(raw: body)
        writer.write(opaque: Array(user.utf8))
        writer.write(opaque: Array(kind.name.utf8))
        writer.write(raw: clientNonce.bytes)
        return Array(Array(HMAC<SHA256>.authenticationCode(for: writer.bytes, using: key)).prefix(16))
    }
}
