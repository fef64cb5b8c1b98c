import Crypto
import Foundation

extension FixedBytes where Kind == ServerSigningKeyKind {
    /// The server that has this key.
    public var serverID: ServerID { ServerID(checked: SHA256.hash(data: bytes)) }
}

extension SigningKey where Kind == ServerSigningKeyKind {
    public var serverID: ServerID { publicKey.serverID }
}
