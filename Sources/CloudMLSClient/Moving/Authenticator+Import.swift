import CloudMLSAPI
public import KeyHierarchy

extension Authenticator {
    /// What came of an import.
    public struct Imported: Sendable {
        /// Signed in at the new key store.
        public var context: ClientContext
        /// False where the store was at that key store already.
        public var moved: Bool
    }

    /// Brings a store from an archive to a new key store, on a device that is signed in or on one that knows nothing: the
    /// archive, the password and the auth-delivery server's address are enough. The device is signed in afterwards.
    ///
    /// Killed at any point, it can be run again with the same arguments.
    /// - Parameters:
    ///   - who: the user and the auth-delivery server's address; nil takes those of the stored session.
    ///   - archivePassword: the one that the archive was made under, where it was changed since.
    ///   - progress: called while objects are sent.
    /// - Throws: `ClientError`; among others `notSignedIn` where nobody says who it is, `passwordsDiffer`, `rolledBack`
    ///   where the archive is too old, `notReachable` where the old key store is neither there nor said to be gone.
    public func importArchive(
        _ request: ArchiveImport, of who: (userName: UserName, authDelivery: Origin)? = nil, password: Password,
        archivePassword: Password? = nil, progress: @escaping @Sendable (MoveProgress) -> Void = { _ in }
    ) async throws -> Imported {
        let hasher = PasswordHasher(password, policy: environment.kdfPolicy)
        let archiveHasher = archivePassword.map { PasswordHasher($0, policy: environment.kdfPolicy) } ?? hasher
        let key = MoveKey.password { archiveHasher }
        let stored = try await sessions.loadSession()
        guard let who = who ?? stored.map({ ($0.userName, $0.authDeliveryOrigin) }) else {
            throw ClientError(
                .notSignedIn, "Nobody is signed in on this device.",
                hint: "Say who you are, and where the auth-delivery server is.")
        }
        if let stored, stored.userName == who.userName, stored.authDeliveryOrigin == who.authDelivery {
            do {
                let context = try await resume()
                let arrived = try await KeyStoreMoves(context, connector: connector).importArchive(
                    request, key: key, progress: progress)
                return Imported(context: context, moved: arrived != nil)
            } catch let error as ClientError where [.signedOut, .notSignedIn].contains(error.code) {
                // The session is over. Where the key store is gone, only the archive leads to another one.
            }
        }
        return try await importArchive(request, key, of: who, hasher, progress)
    }

    /// The same with a recovery code, where the password is lost: it opens both the archive and what is at the
    /// auth-delivery server. The new key store takes no password until `WaysIn.changePassword` sets one.
    public func importArchive(
        _ request: ArchiveImport, of who: (userName: UserName, authDelivery: Origin), recoveryCode: RecoveryCode,
        progress: @escaping @Sendable (MoveProgress) -> Void = { _ in }
    ) async throws -> Imported {
        try await importArchive(request, .recovery(recoveryCode), of: who, .none, progress)
    }

    /// - Parameters:
    ///   - key: opens the archive.
    ///   - hasher: of the password that the auth-delivery server takes.
    private func importArchive(
        _ request: ArchiveImport, _ key: MoveKey, of who: (userName: UserName, authDelivery: Origin),
        _ hasher: PasswordHasher, _ progress: @escaping @Sendable (MoveProgress) -> Void
    ) async throws -> Imported {
        try request.code.origin.requireEncryption(allowingPlaintext: environment.allowsPlaintext)
        let signingIn = try await begin(
            who.userName, key.wayIn, who.authDelivery, hasher, request.oldIsGone ? key.hasher() : hasher)
        let directions = try await signingIn.directions()
        if request.oldIsGone {
            // A profile that leads there by now is followed, and the archive not needed.
            guard directions.profile.serverID != request.code.serverID else {
                return Imported(context: try await signingIn.enterStore(directions), moved: false)
            }
            return try await bring(request, key, signingIn, directions, progress)
        }
        let context = try await signingIn.enterStore(directions, notFound: Self.oldKeyStoreIsMissing)
        let arrived = try await KeyStoreMoves(context, connector: connector).importArchive(
            request, key: key, progress: progress)
        return Imported(context: context, moved: arrived != nil)
    }

    /// Brings an archive to its key store, for a user who is signed in at the auth-delivery server only, and signs in there.
    private func bring(
        _ request: ArchiveImport, _ key: MoveKey, _ signingIn: SigningIn, _ directions: Directions,
        _ progress: @escaping @Sendable (MoveProgress) -> Void
    ) async throws -> Imported {
        var (signedIn, checked) = try await ending([signingIn.authDelivery]) {
            try await request.archive.open(directions, key, pins: signingIn.pins, environment)
        }
        // The session as it would be at the key store that is gone.
        let start = StoredSession(signedIn, userName: signingIn.userName, origin: signingIn.authDelivery.origin)
        let context = context(
            start, signingIn.keeper, authDelivery: signingIn.authDelivery, keyStore: keyStore(start, signingIn.keeper),
            notices: [])
        let arrived = try await ending([signingIn.authDelivery]) {
            let arrived = try await KeyStoreMoves(context, connector: connector).importArchive(
                request, key: key, checked: checked, progress: progress)
            guard let arrived else {
                throw ClientError(
                    .busy, "Another device of yours brought the archive there at this moment.", hint: "Run this again.")
            }
            return arrived
        }
        signedIn.profile = arrived.profile
        signedIn.keyStoreOrigin = arrived.keyStore.origin
        return Imported(context: try await signingIn.complete(signedIn, at: arrived.keyStore), moved: true)
    }

    /// Why the old key store was not found, for somebody who knows whether it will be.
    private static func oldKeyStoreIsMissing(_ error: ClientError) -> ClientError {
        switch error.code {
        case .notReachable: ArchiveSource.oldKeyStoreIsAway
        case .notTheExpectedServer, .serverIdentityChanged:
            ClientError(
                error.code, error.message,
                hint: "Check the address of the old key store: this is another one.", remedy: .giveOldKeyStoreUp)
        default: error
        }
    }
}
