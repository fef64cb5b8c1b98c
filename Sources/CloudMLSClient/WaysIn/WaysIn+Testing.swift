import CloudMLSAPI
public import KeyHierarchy
import MLSCodec

extension WaysIn {
    /// The secret of a way in that is to be tested.
    public enum Secret: Sendable {
        case password(Password)
        case recovery(RecoveryCode)
        /// This device's key.
        case device
    }

    /// Proves that a secret opens its slots at both servers and is the one that they let in; changes nothing.
    ///
    /// - Throws: `wrongPassword` where it does not open, `unknownWayIn` where a server has no slot for it.
    public func test(_ secret: Secret) async throws {
        // Reading the keys follows a store that has moved.
        let dataKey = try await context.keys.read().keys.dataKey
        let session = await context.keeper.stored ?? context.session
        let state = try await state()
        try await test(
            secret, in: state.store, of: StoreScope.self, holding: dataKey,
            server: session.keyStore.serverID)
        try await test(
            secret, in: state.profile, of: ProfileScope.self, holding: context.profileKey,
            server: session.authDelivery.serverID)
    }

    private func test<Scope: SlotScope>(
        _ secret: Secret, in stored: [StoredSlot], of scope: Scope.Type,
        holding content: KeyHierarchy.Secret<Scope.ContentKind>, server: ServerID
    ) async throws {
        let slots = try StoreChecks.slots(stored, of: scope)
        let slot: Slot<Scope>
        let opened: KeyHierarchy.Secret<Scope.ContentKind>?
        let loginKey: LoginKey
        switch secret {
        case .password(let password):
            guard let found = slots.first(where: { $0.kind == .password }), let kdf = found.header.kdf else {
                throw missing("password", Scope.role)
            }
            try context.environment.kdfPolicy.accept(kdf)
            let key = try await PasswordHasher(password, policy: context.environment.kdfPolicy).key(kdf)
            slot = found
            opened = try? found.openUnverified(with: key)
            loginKey = try key.loginKey(role: Scope.role, serverID: server)
        case .recovery(let code):
            let publicKey = try code.slotKeyPair(role: Scope.role).publicKey
            guard let found = slots.first(where: { $0.header.publicKey == publicKey }) else {
                throw missing("recovery code", Scope.role)
            }
            slot = found
            opened = try? found.openUnverified(with: code)
            loginKey = try code.loginKey(role: Scope.role)
        case .device:
            guard let device = try await deviceKeys() else {
                throw ClientError(.unknownWayIn, "This device has no key of its own.", hint: "Add one first.")
            }
            let pair = Scope.role == .keyStore ? device.store : device.profile
            guard let found = slots.first(where: { $0.id == pair.slotID }) else {
                throw missing("device's key", Scope.role)
            }
            slot = found
            opened = try? found.verified(by: device.storePublicKey, scopeID: found.header.scopeID)
                .open(with: pair.slotKey)
            loginKey = pair.loginKey
        }
        let login = stored.first { $0.id.array == slot.id.bytes }?.login
        guard opened == content, login?.publicKey.array == loginKey.publicKey.bytes else {
            throw ClientError(
                .wrongPassword, "It does not open the \(Scope.role.title).",
                hint: "Check it; where only one server takes it, a change was cut short.")
        }
    }

    private func missing(_ what: String, _ role: ServerRole) -> ClientError {
        ClientError(
            .unknownWayIn, "The \(role.title) has no slot for this \(what).",
            hint: "See the list of ways in: it may have been removed, or adding it was cut short.")
    }
}
