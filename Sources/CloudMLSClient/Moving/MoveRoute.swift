import CloudMLSAPI
import KeyHierarchy

/// The key store that a store is carried to.
struct MoveDestination: Sendable {
    /// From whoever runs it.
    let code: SetupCode
    /// The user's name there.
    let userName: UserName
    let service: any KeyStoreService
    /// Of the session there.
    let tokens: DestinationTokens
    /// Signs in there where the name is the user's own already.
    let key: MoveKey
}

/// What opens a store, and signs in where it goes.
enum MoveKey: Sendable {
    /// Asked for only where it is needed.
    case password(@Sendable () async throws -> PasswordHasher)
    case recovery(RecoveryCode)

    var wayIn: WayIn {
        switch self {
        case .password: .password
        case .recovery(let code): .recovery(code)
        }
    }

    func hasher() async throws -> PasswordHasher {
        switch self {
        case .password(let hasher): try await hasher()
        case .recovery: .none
        }
    }
}

/// What is known of a move once it has a name.
struct MoveRoute: Sendable {
    let owner: StoreOwner
    let destination: MoveDestination
    let moveID: MoveID
    /// The profile before the move.
    let current: Profile
    /// The profile after it.
    let next: Profile

    /// - Parameter origins: where the destination is found.
    init(
        _ owner: StoreOwner, from current: Profile, to destination: MoveDestination, at origins: [Origin],
        moveID: MoveID
    ) {
        self.owner = owner
        self.destination = destination
        self.moveID = moveID
        self.current = current
        var next = current
        next.origins = origins
        next.serverID = destination.code.serverID
        next.certificatePin = destination.code.certificatePin
        next.userName = destination.userName
        next.moveCounter += 1
        self.next = next
    }

    /// What stays behind at the source, for devices that come later.
    func forward() throws -> ForwardPointer {
        try ForwardPointer(
            to: next, moveID: moveID, profileKey: owner.keyring.profileKey, signedBy: owner.keyring.storeSigningKey)
    }

    /// What the account at the destination is made of.
    ///
    /// - Parameter source: the key store whose statement opens it; nil where the store comes from a file.
    func contents(
        of source: ServerPublicKey?, keyringRevision: UInt64, keyring: Bytes, slots: [StoredSlot]
    ) -> ImportContents {
        let token = owner.dataKey.followToken(moveID: moveID, serverID: next.serverID)
        return ImportContents(
            moveID: Bytes(moveID.bytes), sourceKey: source.map { Bytes($0.bytes) }, keyringRevision: keyringRevision,
            keyring: keyring, slots: slots, followHash: Bytes(token.hash))
    }

    /// The password's login key at the destination: it is another one at each server, while the slot stays as it is.
    ///
    /// - Returns: nil where the password does not open the slot.
    func passwordLogin(_ slot: StoreSlot, _ kdf: PasswordKDF, _ key: PasswordKey) throws -> LoginMethod? {
        guard (try? slot.openUnverified(with: key)) == owner.dataKey else { return nil }
        return .password(try key.loginKey(role: .keyStore, serverID: next.serverID), kdf)
    }
}
