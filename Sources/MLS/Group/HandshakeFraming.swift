/// How a proposal or commit is sent (RFC 9420 §6).
public enum HandshakeFraming: Hashable, Sendable {
    /// Signed, readable by anybody.
    case publicMessage
    /// Signed and encrypted.
    ///
    /// `generation` is one on the sender's *handshake* ratchet of this epoch that was never used before: the caller keeps
    /// count, outside of the group's state, since a group that is staged and abandoned must not take back a used one.
    case privateMessage(generation: UInt32, padding: PaddingPolicy = .none)

    var wireFormat: WireFormat {
        switch self {
        case .publicMessage: .publicMessage
        case .privateMessage: .privateMessage
        }
    }
}
