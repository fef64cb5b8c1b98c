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
                    request, key: .password(archiveHasher), progress: progress)
                return Imported(context: context, moved: arrived != nil)
            } catch let error as ClientError where [.signedOut, .notSignedIn].contains(error.code) {
                // The session is over. Where the key store is gone, only the archive leads to another one.
            }
        }
        let archived = ArchivedStore(request, key: .password(archiveHasher), progress: progress)
        return try await importArchive(archived, of: who, .password, hasher)
    }

    /// The same with a recovery code, where the password is lost: it opens both the archive and what is at the
    /// auth-delivery server. The new key store takes no password until `WaysIn.changePassword` sets one.
    public func importArchive(
        _ request: ArchiveImport, of who: (userName: UserName, authDelivery: Origin), recoveryCode: RecoveryCode,
        progress: @escaping @Sendable (MoveProgress) -> Void = { _ in }
    ) async throws -> Imported {
        let archived = ArchivedStore(request, key: .recovery(recoveryCode), progress: progress)
        return try await importArchive(archived, of: who, .recovery(recoveryCode), .none)
    }

    private func importArchive(
        _ archived: ArchivedStore, of who: (userName: UserName, authDelivery: Origin), _ wayIn: WayIn,
        _ hasher: PasswordHasher
    ) async throws -> Imported {
        let request = archived.request
        try request.code.origin.requireEncryption(allowingPlaintext: environment.allowsPlaintext)
        let signedIn = try await signIn(
            who.userName, wayIn, who.authDelivery, hasher, request.oldIsGone ? archived.key.hasher : hasher,
            bringing: archived)
        guard !request.oldIsGone else { return signedIn }
        let arrived = try await KeyStoreMoves(signedIn.context, connector: connector).importArchive(
            request, key: archived.key, progress: archived.progress)
        return Imported(context: signedIn.context, moved: arrived != nil)
    }

    /// Brings an archive that was checked to its key store, for a user who is signed in at the auth-delivery server only.
    ///
    /// - Parameter start: the session as it would be at the key store that is gone.
    func bring(
        _ archived: ArchivedStore, _ checked: StoreArchive.Summary, _ start: StoredSession, _ keeper: SessionKeeper,
        _ authDelivery: any AuthDeliveryService
    ) async throws -> KeyStoreMoves.Arrived {
        let context = context(
            start, keeper, authDelivery: authDelivery, keyStore: keyStore(start, keeper), notices: [])
        let arrived = try await KeyStoreMoves(context, connector: connector).importArchive(
            archived.request, key: archived.key, checked: checked, progress: archived.progress)
        guard let arrived else {
            throw ClientError(
                .busy, "Another device of yours brought the archive there at this moment.", hint: "Run this again.")
        }
        return arrived
    }
}

/// What a sign-in brings to a new key store, where the one that it should be at is gone.
struct ArchivedStore: Sendable {
    let request: ArchiveImport
    let key: ArchiveKey
    let progress: @Sendable (MoveProgress) -> Void

    init(_ request: ArchiveImport, key: ArchiveKey, progress: @escaping @Sendable (MoveProgress) -> Void) {
        self.request = request
        self.key = key
        self.progress = progress
    }

    /// In place of the key store; nil where that is still to be asked.
    var source: SignIn.Archived? {
        guard request.oldIsGone else { return nil }
        return SignIn.Archived(header: request.archive.header, destination: request.code.serverID)
    }

    /// Why the old key store was not found, for somebody who knows whether it will be.
    func missing(_ error: ClientError) -> ClientError {
        switch error.code {
        case .notReachable: KeyStoreMoves.oldKeyStoreIsAway
        case .notTheExpectedServer, .serverIdentityChanged:
            ClientError(
                error.code, error.message,
                hint: "If the old key store is gone for good, and this is another one, say --old-is-gone.")
        default: error
        }
    }
}
