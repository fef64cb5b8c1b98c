import CloudMLSAPI
import KeyHierarchy

/// Whose store moves, with the keys of this moment.
struct StoreOwner: Sendable {
    let storeID: StoreID
    let profileID: ProfileID
    let dataKey: DataKey
    let keyring: Keyring
    let pins: ServerPins?

    /// Checks the profile that the auth-delivery server has, and opens it.
    ///
    /// - Throws: `notAuthentic`, or `rolledBack` where it is not there or an older one.
    func open(_ stored: StoredProfile?) throws -> Profile {
        guard let stored else { throw StoreChecks.rolledBack("The auth-delivery server", "state") }
        return try StoreChecks.open(stored, with: keyring.profileKey, profileID: profileID, pins: pins)
    }
}
