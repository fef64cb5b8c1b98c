package import KeyHierarchy

/// Finds where a user's store is when it is not where it was. Signing in knows no more of moves than this.
package protocol StoreFollowing: Sendable {
    /// Lets the requests of a signed-in device go to where its store is.
    func watch(_ context: ClientContext) async

    /// Where the store has gone from a key store that says that it has moved.
    ///
    /// - Parameters:
    ///   - profile: leads to that key store.
    ///   - left: the key store, with a session there.
    ///   - profileKey: opens what the store left behind.
    /// - Throws: `ClientError` with `notAuthentic` where that is not the user's own.
    func successor(
        of profile: Profile, from left: any KeyStoreService, profileKey: ProfileKey
    ) async throws -> any StoreSuccession
}

/// A store at a place that the profile at the auth-delivery server does not lead to yet.
package protocol StoreSuccession: Sendable {
    /// Leads there.
    var profile: Profile { get }

    /// Opens the store there, where the device that moved it did not come to that; takes a session.
    func open(at keyStore: any KeyStoreService) async throws

    /// Lets the auth-delivery server know of the place: before the device remembers it, which must not be ahead of the
    /// profile.
    ///
    /// - Parameter contents: what the sign-in has read there.
    func announce(
        _ signedIn: SignedIn, _ contents: StoreContents, to authDelivery: any AuthDeliveryService
    ) async throws
}
