/// What can be done with a group.
public enum GroupState: String, Sendable, Hashable {
    /// Its creation was cut short; `sync()` finishes it.
    case creating
    case active
    /// The account is no longer a member; what was received can be read.
    case removed
    /// It can be read and not written to.
    case readOnly

    init(_ status: StoreIndex.Group.Status) {
        switch status {
        case .creating: self = .creating
        case .active: self = .active
        case .removed: self = .removed
        case .readOnly: self = .readOnly
        }
    }
}
