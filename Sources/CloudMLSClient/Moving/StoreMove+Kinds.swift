extension StoreMove.Action: OperationAction {
    package enum Kind: String, ActionKind {
        case readProfile
        case meetServers
        case readMove
        case beginMove
        case cancelMove
        case readSource
        case deriveKey
        case registerImport
        case askDestination
        case hashForDestination
        case logInAtDestination
        case restartImport
        case follow
        case readImport
        case readPage
        case writePage
        case compareDigests
        case commit
        case open
        case readDestination
        case readProfileToComplete
        case readAnchorToComplete
        case writeAnchorToComplete
        case writeProfileToComplete
    }

    package var kind: Kind {
        switch self {
        case .readProfile: .readProfile
        case .meetServers: .meetServers
        case .readMove: .readMove
        case .beginMove: .beginMove
        case .cancelMove: .cancelMove
        case .readSource: .readSource
        case .deriveKey: .deriveKey
        case .registerImport: .registerImport
        case .logIn(let action):
            switch action.kind {
            case .preLogin: .askDestination
            case .deriveKey: .hashForDestination
            case .logIn: .logInAtDestination
            }
        case .restartImport: .restartImport
        case .follow: .follow
        case .readImport: .readImport
        case .readPage: .readPage
        case .writePage: .writePage
        case .compareDigests: .compareDigests
        case .commit: .commit
        case .open: .open
        case .readDestination: .readDestination
        case .complete(let action):
            switch action.kind {
            case .readProfile: .readProfileToComplete
            case .readAnchor: .readAnchorToComplete
            case .writeAnchor: .writeAnchorToComplete
            case .writeProfile: .writeProfileToComplete
            }
        }
    }
}
