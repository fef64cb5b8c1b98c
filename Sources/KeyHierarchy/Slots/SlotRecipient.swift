public import MLSCodec

/// To whom a slot is sealed, as the keyring remembers it.
public enum SlotRecipient: Sendable, Equatable {
    /// A password: only who types it can seal to it again.
    case password
    case recovery(SlotPublicKey, RecoveryPSK)
    case device(SlotPublicKey)

    public var kind: SlotKind {
        switch self {
        case .password: .password
        case .recovery: .recovery
        case .device: .device
        }
    }

    public var publicKey: SlotPublicKey? {
        switch self {
        case .password: nil
        case .recovery(let publicKey, _), .device(let publicKey): publicKey
        }
    }

    var psk: RecoveryPSK? {
        if case .recovery(_, let psk) = self { psk } else { nil }
    }
}

/// ```
/// struct { SlotKind kind; optional<opaque[32]> public_key; optional<opaque[32]> psk; } SlotRecipient;
/// ```
extension SlotRecipient: MLSStruct {
    public static var layout: StructLayout<Self, SlotKind, SlotPublicKey?, RecoveryPSK?> {
        StructLayout(\.kind, \.publicKey, \.psk) { (kind, publicKey, psk) throws(CodecError) in
            switch (kind, publicKey, psk) {
            case (.password, nil, nil): return .password
            case (.recovery, let publicKey?, let psk?): return .recovery(publicKey, psk)
            case (.device, let publicKey?, nil): return .device(publicKey)
            default: throw CodecError(.invalidValue, "SlotRecipient.kind")
            }
        }
    }
}
