/// Something that does not stop a sign-in and that the user should see.
public enum SignInNotice: Hashable, Sendable {
    /// The password is hashed in a way that is no longer recommended: change the password to renew it.
    case weakPasswordHash
    /// The key store was restored from a backup since it was last seen.
    case keyStoreRestored
    /// The ways into the key store are other ones than the anchor says: a change was cut short, or the key store brought
    /// an old one back.
    case waysInDiffer
}
