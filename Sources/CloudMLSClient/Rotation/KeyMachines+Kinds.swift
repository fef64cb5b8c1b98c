import KeyHierarchy

extension PasswordChange.Action: OperationAction {
    package enum Kind: String, ActionKind {
        case readStoreSlots
        case readProfileSlots
        case hashCurrent
        case hashNew
        case register
        case writeStoreSlot
        case writeProfileSlot
        case raiseAnchor
    }

    package var kind: Kind {
        switch self {
        case .readSlots(.keyStore): .readStoreSlots
        case .readSlots(.authDelivery): .readProfileSlots
        case .hash(.current, _): .hashCurrent
        case .hash(.new, _): .hashNew
        case .register: .register
        case .write(.keyStore, _, _, _): .writeStoreSlot
        case .write(.authDelivery, _, _, _): .writeProfileSlot
        case .raiseAnchor: .raiseAnchor
        }
    }
}

extension Reencryption.Action: OperationAction {
    package enum Kind: String, ActionKind {
        case list
        case read
        case write
    }

    package var kind: Kind {
        switch self {
        case .list: .list
        case .read: .read
        case .write: .write
        }
    }
}

extension Rotation.Action: OperationAction {
    package enum Kind: String, ActionKind {
        case readKeys
        case readSlots
        case deriveKey
        case begin
        case readKeyring
        case adopt
        case raiseAnchor
        case listObjects
        case readObjects
        case writeObjects
        case finish
    }

    package var kind: Kind {
        switch self {
        case .readKeys: .readKeys
        case .readSlots: .readSlots
        case .deriveKey: .deriveKey
        case .begin: .begin
        case .readKeyring: .readKeyring
        case .adopt: .adopt
        case .raiseAnchor: .raiseAnchor
        case .reencrypt(let action):
            switch action.kind {
            case .list: .listObjects
            case .read: .readObjects
            case .write: .writeObjects
            }
        case .finish: .finish
        }
    }
}
