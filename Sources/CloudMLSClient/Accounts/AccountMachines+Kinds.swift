extension AccountAddition.Action: OperationAction {
    package enum Kind: String, ActionKind {
        case read
        case write
        case register
        case withdraw
    }

    package var kind: Kind {
        switch self {
        case .read: .read
        case .write: .write
        case .register: .register
        case .withdraw: .withdraw
        }
    }
}

extension KeyPackageMaintenance.Action: OperationAction {
    package enum Kind: String, ActionKind {
        case read
        case askStatus
        case make
        case write
        case raiseAnchor
        case upload
    }

    package var kind: Kind {
        switch self {
        case .read: .read
        case .askStatus: .askStatus
        case .make: .make
        case .write: .write
        case .raiseAnchor: .raiseAnchor
        case .upload: .upload
        }
    }
}
