import Crypto
import Foundation

public enum BlindedNameKind: FixedBytesKind { public static let byteCount = 32 }

/// An object's name as the server sees it. On the wire it is written in lower-case hexadecimal.
public typealias BlindedName = FixedBytes<BlindedNameKind>

extension Secret where Kind == NameBlindingKeyKind {
    /// HMAC-SHA-256 over the path in UTF-8.
    public func blind(_ path: String) -> BlindedName {
        BlindedName(checked: HMAC<SHA256>.authenticationCode(for: Array(path.utf8), using: symmetricKey))
    }
}
