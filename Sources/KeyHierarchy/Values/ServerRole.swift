public import MLSCodec

/// Which of the two servers a key, statement or slot is for. The text is part of derivations and signatures.
public enum ServerRole: String, Sendable, CaseIterable, MLSCodable {
    case keyStore = "key-store"
    case authDelivery = "auth-delivery"
}
