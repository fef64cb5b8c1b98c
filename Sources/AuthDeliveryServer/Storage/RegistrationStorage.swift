package import ServerKit

/// Where new users go. Users, slots and sessions are otherwise ServerKit's.
package protocol RegistrationStorage: Sendable {
    /// Adds a user with a first slot and login key, all or nothing; `name_taken` where the name is.
    func insertUser(_ user: NewUser, at time: UInt64) async throws
}
