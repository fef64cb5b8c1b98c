import Crypto
import Foundation

extension Secret where Kind == DataKeyKind {
    /// What a signed-in device shows to the key store that its store has moved to: HKDF(dataKey, "follow", moveId,
    /// serverId).
    ///
    /// It takes the data key, which no server has, and the move's id, which the source tells to those with a session
    /// there, and AD to those with one there. It is good at one server only.
    public func followToken(moveID: MoveID, serverID: ServerID) -> FollowToken {
        derive(.follow, context: moveID.bytes, serverID.bytes)
    }
}

extension Secret where Kind == FollowTokenKind {
    /// SHA-256 of the token: what the key store keeps.
    public var hash: [UInt8] { Array(SHA256.hash(data: bytes)) }
}
