import Crypto
import KeyHierarchy
import MLSCodec

/// What a pre-login says about a user who does not exist: the parameters that clients take by default, and a salt that
/// is the same each time, since it is derived from the name with a secret of the server.
struct DecoyKDF: Sendable {
    private let secret: SymmetricKey

    init(secret: [UInt8]) { self.secret = SymmetricKey(data: secret) }

    func kdf(forUserNamed name: UserName) -> PasswordKDF {
        var writer = MLSWriter()
        writer.write(opaque: Array("decoy salt".utf8))
        writer.write(opaque: Array(name.rawValue.utf8))
        let code = HMAC<SHA256>.authenticationCode(for: writer.bytes, using: secret)
        return PasswordKDF(salt: KDFSalt(checked: Array(code).prefix(KDFSaltKind.byteCount)))
    }
}
