extension Secret where Kind == PasswordKeyKind {
    /// The login key of this password at one server. Another server gets another key, so a proof or public key that one
    /// has is worth nothing at the other.
    public func loginKey(role: ServerRole, serverID: ServerID) throws(KeyHierarchyError) -> LoginKey {
        try LoginKey(seed: derive(.login, context: Array(role.rawValue.utf8), serverID.bytes))
    }
}

extension RecoveryCode {
    /// The login key of this recovery code: one for each role, whichever server has it.
    public func loginKey(role: ServerRole) throws(KeyHierarchyError) -> LoginKey {
        try LoginKey(seed: derive(.login, context: Array(role.rawValue.utf8)))
    }
}
