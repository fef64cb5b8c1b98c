package import CloudMLSAPI
package import ServerKit

/// The sealed profile, one a user.
package protocol ProfileStorage {
    func profile(of user: UserID) throws -> StoredProfile?
    func putProfile(_ profile: StoredProfile, of user: UserID) throws
}

/// Sealed anchors by blinded name.
package protocol AnchorStorage {
    func anchor(_ name: [UInt8], of user: UserID) throws -> StoredAnchor?
    /// By name, from after `name` on: at most `limit` with at most `size` bytes of bodies, but always one where there
    /// is one; and whether there are more.
    func anchors(
        of user: UserID, after name: [UInt8], limit: Int, size: Int
    ) throws -> (anchors: [StoredAnchor], more: Bool)
    func anchorCount(of user: UserID) throws -> Int
    func putAnchor(_ anchor: StoredAnchor, of user: UserID) throws
}
