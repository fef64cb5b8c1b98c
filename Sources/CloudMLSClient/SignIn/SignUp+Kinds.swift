import KeyHierarchy

extension SignUp.Action: OperationAction {
    package enum Kind: String, ActionKind {
        case askAuthDelivery
        case hashForAuthDelivery
        case logInAtAuthDelivery
        case askKeyStore
        case hashForKeyStore
        case logInAtKeyStore
        case deriveKey
        case registerAtAuthDelivery
        case readProfileSlots
        case readProfile
        case registerAtKeyStore
        case readStore
        case readAnchor
        case writeAnchor
        case writeProfileSlot
        case writeProfile
    }

    package var kind: Kind {
        switch self {
        case .logIn(.authDelivery, let action):
            switch action.kind {
            case .preLogin: .askAuthDelivery
            case .deriveKey: .hashForAuthDelivery
            case .logIn: .logInAtAuthDelivery
            }
        case .logIn(.keyStore, let action):
            switch action.kind {
            case .preLogin: .askKeyStore
            case .deriveKey: .hashForKeyStore
            case .logIn: .logInAtKeyStore
            }
        case .deriveKey: .deriveKey
        case .registerAtAuthDelivery: .registerAtAuthDelivery
        case .readProfileSlots: .readProfileSlots
        case .readProfile: .readProfile
        case .registerAtKeyStore: .registerAtKeyStore
        case .readStore: .readStore
        case .readAnchor: .readAnchor
        case .writeAnchor: .writeAnchor
        case .writeProfileSlot: .writeProfileSlot
        case .writeProfile: .writeProfile
        }
    }
}
