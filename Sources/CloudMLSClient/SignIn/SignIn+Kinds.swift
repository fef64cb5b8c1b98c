import KeyHierarchy

extension PasswordLogin.Action: OperationAction {
    package enum Kind: String, ActionKind {
        case preLogin
        case deriveKey
        case logIn
    }

    package var kind: Kind {
        switch self {
        case .preLogin: .preLogin
        case .deriveKey: .deriveKey
        case .logIn: .logIn
        }
    }
}

extension SignIn.Action: OperationAction {
    package enum Kind: String, ActionKind {
        case askAuthDelivery
        case hashForAuthDelivery
        case logInAtAuthDelivery
        case askKeyStore
        case hashForKeyStore
        case logInAtKeyStore
        case deriveKey
        case readProfileSlots
        case readProfile
        case readAnchor
        case findKeyStore
        case readStore
        case readMove
        case openStore
        case readArchive
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
        case .readProfileSlots: .readProfileSlots
        case .readProfile: .readProfile
        case .readAnchor: .readAnchor
        case .findKeyStore: .findKeyStore
        case .readStore: .readStore
        case .readMove: .readMove
        case .openStore: .openStore
        case .readArchive: .readArchive
        }
    }
}
