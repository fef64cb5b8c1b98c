package import CloudMLSAPI
package import KeyHierarchy
import MLSCodec

/// Replaces the data key and the object key: a new keyring with both object keys and all slots sealed anew, in one
/// transaction; then every object under the new key; then a keyring without the old one.
///
/// Killed anywhere, it goes on from what is stored: a keyring with more than one object key is a rotation to finish.
package struct Rotation: OperationMachine {
    package enum Action: Sendable {
        /// Read the keyring as this device can open it, and store it.
        case readKeys
        case readSlots
        case deriveKey(PasswordKDF)
        /// Begin the rotation, and store its keys at once: where nobody is to follow, they are nowhere else.
        case begin(KeyRotation, StoreKeys)
        /// The keyring as it is stored.
        case readKeyring
        /// Store keys that the key store has.
        case adopt(StoreKeys)
        /// Note the keyring of this revision, and the slots as they are, in the store's anchor.
        case raiseAnchor(Revision)
        case reencrypt(Reencryption.Action)
        case finish(KeyringWrite, ifRevision: UInt64)
    }

    package enum Event: Sendable {
        case keys(KeyringKeeper.Reading)
        case slots([StoredSlot])
        case passwordKey(PasswordKey)
        /// What `begin` or `finish` sent is stored.
        case stored
        /// Another device was faster.
        case conflict
        /// What `begin` or `finish` sent may be stored or not.
        case answerLost
        case keyring(StoredKeyring)
        case adopted
        case raised
        case reencryption(Reencryption.Event)
    }

    package struct Output: Sendable, Equatable {
        /// The one object key that is left.
        package var keyID: KeyID
        /// Whether the rotation had been begun before.
        package var wasUnderWay: Bool
    }

    private typealias Slots = (verified: [VerifiedSlot<StoreScope>], revisions: [SlotID: UInt64])

    private enum State {
        case idle
        case meeting
        case planning(StoreKeys)
        case hashing(StoreKeys, Slots)
        case beginning(RotationPlan)
        case checking(RotationPlan)
        case adopting(RotationPlan)
        case raising(StoreKeys)
        case reencrypting(StoreKeys, Reencryption)
        case finishing(StoreKeys)
        case raisingLast(StoreKeys)
        case adoptingLast(StoreKeys)
    }

    private let storeID: StoreID
    private let storePublicKey: StorePublicKey
    private let environment: ClientEnvironment
    private let isEvicting: Bool
    private var state = State.idle
    /// Whether there is one to finish: the keys that this device knew say so, or the key store's.
    private var isUnderWay: Bool
    private var wasUnderWay: Bool
    private var hasBegun = false
    /// Whether this run saw one that was under way.
    private var hasMet = false
    /// Whether the one to finish does not shut out whom this one is to shut out.
    private var mustFollow = false
    private var attempts = Attempts(15, orBusy: "Other devices of yours keep changing the keys or the ways in.")
    private var hasReadAgain = false

    /// - Parameters:
    ///   - known: the keys as this device has them, before it asks.
    ///   - isEvicting: shuts out whoever has the old data key: no handover, and all other sessions end.
    package init(known: StoreKeys, storeID: StoreID, isEvicting: Bool, environment: ClientEnvironment) {
        self.storeID = storeID
        storePublicKey = known.keyring.storeSigningKey.publicKey
        self.environment = environment
        self.isEvicting = isEvicting
        isUnderWay = known.isRotating
        wasUnderWay = known.isRotating
    }

    package mutating func start() -> Step<Action, Output> { meet() }

    package mutating func handle(_ event: Event) throws -> Step<Action, Output> {
        switch (state, event) {
        case (.meeting, .keys(let reading)):
            return meet(reading)
        case (.planning(let keys), .slots(let stored)):
            return try plan(keys, try verified(stored))
        case (.hashing(let keys, let slots), .passwordKey(let key)):
            return try begin(keys, slots, key)
        case (.beginning(let plan), .stored):
            return adopt(plan)
        case (.beginning(let plan), .answerLost):
            state = .checking(plan)
            return .perform(.readKeyring)
        case (.checking(let plan), .keyring(let keyring)):
            if keyring.body == plan.request.keyring { return adopt(plan) }
            return try tryAgain()
        case (.adopting(let plan), .adopted):
            return raise(plan.keys)
        case (.raising(let keys), .raised):
            var machine = Reencryption(storeID: storeID, keyring: keys.keyring)
            let step = machine.start()
            return try goOn(keys, machine, step)
        case (.reencrypting(let keys, var machine), .reencryption(let event)):
            let step = try machine.handle(event)
            return try goOn(keys, machine, step)
        case (.finishing(let keys), .stored):
            return raiseLast(keys)
        case (.beginning, .conflict), (.finishing, .conflict), (.finishing, .answerLost):
            return try tryAgain()
        case (.raisingLast(let keys), .raised):
            // Last of all: as long as this device knows of two object keys, the next run sees that it has to finish.
            state = .adoptingLast(keys)
            return .perform(.adopt(keys))
        case (.adoptingLast(let keys), .adopted):
            return end(keys)
        default:
            throw ClientError.unexpectedEvent
        }
    }
}

// What there is to do
extension Rotation {
    private mutating func meet() -> Step<Action, Output> {
        state = .meeting
        return .perform(.readKeys)
    }

    private mutating func tryAgain() throws -> Step<Action, Output> {
        try attempts.count()
        return meet()
    }

    private mutating func meet(_ reading: KeyringKeeper.Reading) -> Step<Action, Output> {
        let keys = reading.keys
        if keys.isRotating {
            isUnderWay = true
            hasMet = true
            if !hasBegun {
                wasUnderWay = true
                mustFollow = isEvicting && reading.hasHandover
            }
            return raise(keys)
        }
        // It was finished by another device, or by this one, which then lost the answer.
        if isUnderWay {
            // Nothing says whom one that is over has shut out.
            if isEvicting, !hasBegun, !hasMet { mustFollow = true }
            return raiseLast(keys)
        }
        return begin(keys)
    }

    private mutating func begin(_ keys: StoreKeys) -> Step<Action, Output> {
        state = .planning(keys)
        return .perform(.readSlots)
    }

    private mutating func raise(_ keys: StoreKeys) -> Step<Action, Output> {
        state = .raising(keys)
        return .perform(.raiseAnchor(keys.revision))
    }

    private mutating func raiseLast(_ keys: StoreKeys) -> Step<Action, Output> {
        state = .raisingLast(keys)
        return .perform(.raiseAnchor(keys.revision))
    }

    private mutating func end(_ keys: StoreKeys) -> Step<Action, Output> {
        guard !mustFollow else {
            mustFollow = false
            isUnderWay = false
            return begin(keys)
        }
        return .finished(Output(keyID: keys.keyring.activeKeyID, wasUnderWay: wasUnderWay))
    }
}

// The start
extension Rotation {
    private func verified(_ stored: [StoredSlot]) throws -> Slots {
        let slots = try StoreChecks.slots(stored, of: StoreScope.self)
        return (
            try StoreChecks.verify(slots, by: storePublicKey, scopeID: storeID),
            Dictionary(zip(slots.map(\.id), stored.map(\.revision))) { first, _ in first }
        )
    }

    private mutating func plan(_ keys: StoreKeys, _ slots: Slots) throws -> Step<Action, Output> {
        guard let kdf = slots.verified.first(where: { $0.slot.kind == .password })?.slot.header.kdf else {
            return try begin(keys, slots, nil)
        }
        try environment.kdfPolicy.accept(kdf)
        state = .hashing(keys, slots)
        return .perform(.deriveKey(kdf))
    }

    private mutating func begin(
        _ keys: StoreKeys, _ slots: Slots, _ passwordKey: PasswordKey?
    ) throws -> Step<Action, Output> {
        let plan: RotationPlan
        do {
            plan = try RotationPlan(
                keys, slots: slots.verified, revisions: slots.revisions, storeID: storeID, passwordKey: passwordKey,
                isEvicting: isEvicting, environment: environment)
        } catch let error as ClientError where error.code == .notAuthentic && !hasReadAgain {
            // The slots may be of a keyring that another device has written since this one was read.
            hasReadAgain = true
            return meet()
        }
        state = .beginning(plan)
        return .perform(.begin(plan.request, plan.keys))
    }

    /// The keys go to the disk before the anchor is raised: without them this device could not open what it just wrote.
    private mutating func adopt(_ plan: RotationPlan) -> Step<Action, Output> {
        hasBegun = true
        isUnderWay = true
        state = .adopting(plan)
        return .perform(.adopt(plan.keys))
    }
}

// The objects, and the end
extension Rotation {
    private mutating func goOn(
        _ keys: StoreKeys, _ machine: Reencryption, _ step: Step<Reencryption.Action, Reencryption.Output>
    ) throws -> Step<Action, Output> {
        switch step {
        case .perform(let action):
            state = .reencrypting(keys, machine)
            return .perform(.reencrypt(action))
        case .finished(.keysChanged):
            return try tryAgain()
        case .finished(.finished):
            var last = keys
            last.keyring.dropInactiveObjectKeys()
            last.revision = keys.revision.next
            let sealed = try SealedKeyring(
                last.keyring, storeID: storeID, revision: last.revision, dataKey: last.dataKey)
            state = .finishing(last)
            return .perform(
                .finish(
                    KeyringWrite(body: Bytes(sealed.encoded), endsHandover: true), ifRevision: keys.revision.rawValue))
        }
    }
}

extension Rotation.Action: OperationAction {
    package enum Kind: String, ActionKind {
        case readKeys
        case readSlots
        case deriveKey
        case begin
        case readKeyring
        case adopt
        case raiseAnchor
        case listObjects
        case readObjects
        case writeObjects
        case finish
    }

    package var kind: Kind {
        switch self {
        case .readKeys: .readKeys
        case .readSlots: .readSlots
        case .deriveKey: .deriveKey
        case .begin: .begin
        case .readKeyring: .readKeyring
        case .adopt: .adopt
        case .raiseAnchor: .raiseAnchor
        case .reencrypt(let action):
            switch action.kind {
            case .list: .listObjects
            case .read: .readObjects
            case .write: .writeObjects
            }
        case .finish: .finish
        }
    }
}
