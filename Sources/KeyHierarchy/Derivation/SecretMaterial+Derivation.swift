import Crypto
import Foundation

extension SecretMaterial {
    /// HKDF-SHA-256 (RFC 5869) of the secret, 32 bytes, with the label and the context fields as `info`.
    func derive<Kind>(_ label: Label, salt: [UInt8] = [], context: [UInt8]...) -> Secret<Kind> {
        Secret(
            HKDF<SHA256>.deriveKey(
                inputKeyMaterial: storage.symmetricKey, salt: salt, info: label.framing(context),
                outputByteCount: Secret<Kind>.byteCount
            )
        )
    }
}
