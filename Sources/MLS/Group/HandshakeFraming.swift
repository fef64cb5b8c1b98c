/// How a proposal or commit is sent (RFC 9420 §6).
public enum HandshakeFraming: Hashable, Sendable {
    /// Signed, readable by anybody.
    case publicMessage
    /// Signed and encrypted.
    ///
    /// For groups of `KeyRetention.rederivable`: `generation` is one on the sender's *handshake* ratchet of this epoch that
    /// was never used before. The caller keeps count, outside of the group's state, since a group that is staged and
    /// abandoned must not take back a used one.
    case privateMessage(generation: UInt32, padding: PaddingPolicy = .none)
    /// Signed and encrypted, in a group that deletes its keys: with the key that `Group.reserveFraming(padding:)` gave, for
    /// one message.
    case reserved(ReservedKey)

    var wireFormat: WireFormat {
        switch self {
        case .publicMessage: .publicMessage
        case .privateMessage, .reserved: .privateMessage
        }
    }
}

/// A key for one handshake message, taken off the own ratchet of an epoch (RFC 9420 §9.1).
public struct ReservedKey: Hashable, Sendable {
    let transcriptHash: [UInt8]
    let generation: UInt32
    let key: MessageKey
    let padding: PaddingPolicy
}
