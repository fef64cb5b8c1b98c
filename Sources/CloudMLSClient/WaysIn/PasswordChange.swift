package import CloudMLSAPI
package import KeyHierarchy
import MLSCodec

/// Changing the password at both servers: the key store first, then the auth-delivery server; at each one slot
/// and one login key, in one transaction.
///
/// Before anything is written the present password is checked at both. Where a run was cut short, one server has the new
/// password already: the same run again finds that and changes the other one.
package struct PasswordChange: OperationMachine {
    /// Which of the two passwords is to be hashed.
    package enum Which: Sendable, Equatable {
        case current
        case new
    }

    package enum Action: Sendable {
        case readSlots(ServerRole)
        case hash(Which, PasswordKDF)
        /// Let the keyring know of password slots that are about to be made, where there were none.
        case register(store: SlotID?, profile: SlotID?)
        case write(ServerRole, SlotID, ifRevision: UInt64, SlotWrite)
        /// Note the key store's slots in the store's anchor.
        case raiseAnchor
    }

    package enum Event: Sendable {
        case slots([StoredSlot])
        case key(PasswordKey)
        case registered
        case written
        /// The same, and a rotation has put another data key in force meanwhile, which the slot does not hold.
        case writtenUnderOldKey(DataKey)
        case conflict
        case anchorRaised
    }

    package struct Output: Sendable, Equatable {
        /// The servers that were changed in this run, in this order.
        package var changed: [ServerRole]
    }

    /// What is sealed in the slots, and to whom they belong.
    package struct Owner: Sendable {
        package var storeID: StoreID
        package var dataKey: DataKey
        package var profileID: ProfileID
        package var profileKey: ProfileKey
        package var signingKey: StoreSigningKey
        package var keyStore: ServerID
        package var authDelivery: ServerID
    }

    /// How the new password is to be hashed.
    package struct Hashing: Sendable {
        package var parameters: KDFParameters
        /// Takes parameters that are weaker than the present ones.
        package var allowsWeaker: Bool

        package init(parameters: KDFParameters, allowsWeaker: Bool = false) {
            self.parameters = parameters
            self.allowsWeaker = allowsWeaker
        }
    }

    /// The password's slot at one server.
    private struct Side {
        var role: ServerRole
        /// A fresh id where there is no slot yet.
        var id: SlotID
        /// 0 where there is no slot yet.
        var revision: UInt64
        var kdf: PasswordKDF?
        /// Whether a password's key opens it.
        var opens: @Sendable (PasswordKey) -> Bool
    }

    private enum State {
        case idle
        case slots(ServerRole)
        case checking(Side, Which)
        case registering
        case hashing(Side, PasswordKDF)
        case writing(Side, PasswordKDF, PasswordKey)
        case anchor
        case done
    }

    private var owner: Owner
    private let hashing: Hashing
    private let knowsCurrent: Bool
    private let keepsSessions: Bool
    private let environment: ClientEnvironment
    private var unchecked: [Side] = []
    private var toChange: [Side] = []
    private var changed: [ServerRole] = []
    private var state = State.idle

    /// - Parameters:
    ///   - knowsCurrent: false where the user came in by another way and has no password to show.
    ///   - keepsSessions: whether other devices stay signed in.
    package init(
        owner: Owner, hashing: Hashing, knowsCurrent: Bool, keepsSessions: Bool, environment: ClientEnvironment
    ) {
        self.owner = owner
        self.hashing = hashing
        self.knowsCurrent = knowsCurrent
        self.keepsSessions = keepsSessions
        self.environment = environment
    }

    package mutating func start() throws -> Step<Action, Output> {
        try environment.kdfPolicy.accept(PasswordKDF(parameters: hashing.parameters))
        state = .slots(.keyStore)
        return .perform(.readSlots(.keyStore))
    }

    package mutating func handle(_ event: Event) throws -> Step<Action, Output> {
        switch (state, event) {
        case (.slots(.keyStore), .slots(let stored)):
            unchecked.append(
                try side(of: stored, scopeID: owner.storeID, in: StoreScope.self, holding: owner.dataKey))
            state = .slots(.authDelivery)
            return .perform(.readSlots(.authDelivery))
        case (.slots(.authDelivery), .slots(let stored)):
            unchecked.append(
                try side(of: stored, scopeID: owner.profileID, in: ProfileScope.self, holding: owner.profileKey))
            return try check()
        case (.checking(let side, let which), .key(let key)):
            return try judge(side, which, key)
        case (.registering, .registered):
            return try change()
        case (.hashing(let side, let kdf), .key(let key)):
            return try write(side, kdf, key)
        case (.writing(var side, let kdf, let key), .writtenUnderOldKey(let dataKey)):
            // Nothing but a slot that was not there before: no rotation knew that it had to seal this one anew.
            side.revision += 1
            owner.dataKey = dataKey
            return try write(side, kdf, key)
        case (.writing(let side, _, _), .written):
            changed.append(side.role)
            guard side.role == .keyStore else { return try change() }
            state = .anchor
            return .perform(.raiseAnchor)
        case (.writing, .conflict):
            throw ClientError(
                .busy, "Another device of yours changed the password at this moment.",
                hint: "Run this again with the password that is in force now.")
        case (.anchor, .anchorRaised):
            return try change()
        default:
            throw ClientError.unexpectedEvent
        }
    }
}

// Before anything is written
extension PasswordChange {
    private func side<Scope: SlotScope>(
        of stored: [StoredSlot], scopeID: FixedBytes<Scope.IDKind>, in scope: Scope.Type,
        holding content: Secret<Scope.ContentKind>
    ) throws -> Side {
        let slots = try StoreChecks.slots(stored, of: scope)
        let verified = try StoreChecks.verify(slots, by: owner.signingKey.publicKey, scopeID: scopeID)
        guard let slot = verified.first(where: { $0.slot.kind == .password }),
            let row = stored.first(where: { $0.id.array == slot.slot.id.bytes })
        else { return Side(role: Scope.role, id: environment.fresh(), revision: 0, kdf: nil) { _ in false } }
        return Side(role: Scope.role, id: slot.slot.id, revision: row.revision, kdf: slot.slot.header.kdf) { key in
            (try? slot.open(with: key)) == content
        }
    }

    private mutating func check() throws -> Step<Action, Output> {
        guard let side = unchecked.first else { return try begin() }
        guard knowsCurrent, let kdf = side.kdf else {
            toChange.append(unchecked.removeFirst())
            return try check()
        }
        try environment.kdfPolicy.accept(kdf)
        state = .checking(side, .current)
        return .perform(.hash(.current, kdf))
    }

    private mutating func judge(_ side: Side, _ which: Which, _ key: PasswordKey) throws -> Step<Action, Output> {
        let opens = side.opens(key)
        switch which {
        case .current where opens:
            toChange.append(unchecked.removeFirst())
        case .current:
            guard let kdf = side.kdf else { throw ClientError.unexpectedEvent }
            state = .checking(side, .new)
            return .perform(.hash(.new, kdf))
        case .new where opens:
            // A run before this one got so far.
            unchecked.removeFirst()
        case .new:
            throw ClientError(
                .wrongPassword, "The current password is not the one that the \(side.role.title) has.",
                hint: "Check it. After a change that was cut short, give the old password as the current one, "
                    + "and the same new one as then.")
        }
        return try check()
    }

    private mutating func begin() throws -> Step<Action, Output> {
        for side in toChange {
            guard let present = side.kdf?.parameters, hashing.parameters.isWeaker(than: present) else { continue }
            guard hashing.allowsWeaker else {
                throw ClientError(
                    .unacceptableKDF, "The new password would be hashed in a weaker way than the present one.",
                    hint: "Leave the choice out, or allow it expressly.")
            }
        }
        let new = toChange.filter { $0.revision == 0 }
        guard !new.isEmpty else { return try change() }
        state = .registering
        return .perform(
            .register(
                store: new.first { $0.role == .keyStore }?.id, profile: new.first { $0.role == .authDelivery }?.id))
    }
}

// One server after the other
extension PasswordChange {
    private mutating func change() throws -> Step<Action, Output> {
        guard !toChange.isEmpty else {
            state = .done
            return .finished(Output(changed: changed))
        }
        let side = toChange.removeFirst()
        let kdf = PasswordKDF(parameters: hashing.parameters, salt: environment.fresh())
        state = .hashing(side, kdf)
        return .perform(.hash(.new, kdf))
    }

    private mutating func write(
        _ side: Side, _ kdf: PasswordKDF, _ key: PasswordKey
    ) throws -> Step<Action, Output> {
        let body: [UInt8]
        let loginKey: LoginKey
        switch side.role {
        case .keyStore:
            body = try StoreSlot(
                sealing: owner.dataKey, scopeID: owner.storeID, id: side.id, passwordKey: key, kdf: kdf,
                signedBy: owner.signingKey
            ).encoded
            loginKey = try key.loginKey(role: .keyStore, serverID: owner.keyStore)
        case .authDelivery:
            body = try ProfileSlot(
                sealing: owner.profileKey, scopeID: owner.profileID, id: side.id, passwordKey: key, kdf: kdf,
                signedBy: owner.signingKey
            ).encoded
            loginKey = try key.loginKey(role: .authDelivery, serverID: owner.authDelivery)
        }
        state = .writing(side, kdf, key)
        return .perform(
            .write(
                side.role, side.id, ifRevision: side.revision,
                SlotWrite(
                    kind: .password, body: Bytes(body), login: .password(loginKey, kdf), keepsSessions: keepsSessions)))
    }
}

extension PasswordChange.Action: OperationAction {
    package enum Kind: String, ActionKind {
        case readStoreSlots
        case readProfileSlots
        case hashCurrent
        case hashNew
        case register
        case writeStoreSlot
        case writeProfileSlot
        case raiseAnchor
    }

    package var kind: Kind {
        switch self {
        case .readSlots(.keyStore): .readStoreSlots
        case .readSlots(.authDelivery): .readProfileSlots
        case .hash(.current, _): .hashCurrent
        case .hash(.new, _): .hashNew
        case .register: .register
        case .write(.keyStore, _, _, _): .writeStoreSlot
        case .write(.authDelivery, _, _, _): .writeProfileSlot
        case .raiseAnchor: .raiseAnchor
        }
    }
}
