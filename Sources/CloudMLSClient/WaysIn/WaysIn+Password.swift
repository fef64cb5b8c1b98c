import CloudMLSAPI
public import KeyHierarchy

extension WaysIn {
    /// Changes the password at both servers, or sets one where there is none. What is stored stays as it is: one slot and
    /// one login key change at each.
    ///
    /// Cut short anywhere, exactly one password works at each server, and the same call again finishes the change.
    /// - Parameters:
    ///   - current: the present password; nil for one who signed in another way and lost it.
    ///   - parameters: how the new one is hashed; the environment's choice where nil.
    ///   - allowsWeakerHash: takes parameters that are weaker than the present ones.
    ///   - keepsSessions: whether other devices stay signed in.
    /// - Returns: the servers that were changed; none where both had the new password already.
    /// - Throws: `wrongPassword`, `unacceptableKDF`, `busy`.
    @discardableResult
    public func changePassword(
        current: Password?, new: Password, parameters: KDFParameters? = nil, allowsWeakerHash: Bool = false,
        keepsSessions: Bool = false
    ) async throws -> [ServerRole] {
        let policy = context.environment.kdfPolicy
        // Before a server is asked anything.
        try policy.accept(PasswordKDF(parameters: parameters ?? context.environment.kdfDefault))
        let dataKey = try await context.keys.read().keys.dataKey
        // Reading follows a store that has moved: the login key is for the server at which it is now.
        let session = await context.keeper.stored ?? context.session
        let currentHasher = current.map { PasswordHasher($0, policy: policy) } ?? .none
        let newHasher = PasswordHasher(new, policy: policy)
        let machine = PasswordChange(
            owner: PasswordChange.Owner(
                storeID: session.storeID, dataKey: dataKey, profileID: session.profileID,
                profileKey: context.profileKey, signingKey: context.keyring.storeSigningKey,
                keyStore: session.keyStore.serverID, authDelivery: session.authDelivery.serverID),
            hashing: PasswordChange.Hashing(
                parameters: parameters ?? context.environment.kdfDefault, allowsWeaker: allowsWeakerHash),
            knowsCurrent: current != nil, keepsSessions: keepsSessions, environment: context.environment)
        var sealedKey = dataKey
        return try await context.environment.run(machine) { action in
            switch action {
            case .readSlots(let role):
                return .slots(try await service(role).slots())
            case .hash(let which, let kdf):
                return .key(try await (which == .current ? currentHasher : newHasher).key(kdf))
            case .register(let store, let profile):
                try await register(store: store, profile: profile)
                return .registered
            case .write(let role, let id, let revision, let slot):
                // A rotation since then either changed the data key before the slots were read, which shows here, or
                // it changes the slot's revision.
                guard try await context.keys.read().keys.dataKey == sealedKey,
                    (await context.keeper.stored ?? session).keyStore.serverID == session.keyStore.serverID
                else { return .conflict }
                let isSecond = role == .keyStore && sealedKey != dataKey
                do {
                    _ = try await service(role).writeSlot(id: id.bytes, ifRevision: revision, slot)
                    guard role == .keyStore, revision == 0 || isSecond else { return .written }
                    // A rotation that began after the look at the keys may not have met this slot, which was not there.
                    let newest = try await context.keys.read().keys.dataKey
                    guard newest != sealedKey else { return .written }
                    sealedKey = newest
                    return .writtenUnderOldKey(newest)
                } catch let error as ClientError where error.code == .refused(.revisionConflict) {
                    // It did meet it, and has sealed it anew.
                    return isSecond ? .written : .conflict
                }
            case .raiseAnchor:
                try await raiseAnchor()
                return .anchorRaised
            }
        }.changed
    }

    private func register(store: SlotID?, profile: SlotID?) async throws {
        try await changeKeyring { keyring in
            if let store {
                keyring.storeSlots.removeAll { $0.recipient == .password }
                keyring.storeSlots.append(Keyring.KnownSlot(id: store, recipient: .password))
            }
            if let profile {
                keyring.profileSlots.removeAll { $0.recipient == .password }
                keyring.profileSlots.append(Keyring.KnownSlot(id: profile, recipient: .password))
            }
            return true
        }
    }

    func service(_ role: ServerRole) -> any AuthenticationService {
        role == .keyStore ? context.keyStore : context.authDelivery
    }
}
