/// A Welcome; the inbox entries of those it is for point at it.
package struct StoredWelcome: Hashable, Sendable {
    /// The MLS group id.
    package var groupID: [UInt8]
    /// The log entry of the commit that it belongs to.
    package var sequence: UInt64
    /// The epoch that it leads into.
    package var epoch: UInt64
    package var identityHistory: UInt64
    /// The MLSMessage.
    package var message: [UInt8]
}

package protocol WelcomeStorage {
    func insertWelcome(_ welcome: StoredWelcome, in group: GroupRowID) throws -> WelcomeID
    func welcome(_ id: WelcomeID) throws -> StoredWelcome?
    /// The group whose MLS group id an inbox entry has to name.
    func groupID(of group: GroupRowID) throws -> [UInt8]?
    /// Deletes those that no inbox points at.
    func deleteDeliveredWelcomes() throws
}
