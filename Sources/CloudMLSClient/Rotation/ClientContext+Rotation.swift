import CloudMLSAPI
public import KeyHierarchy

/// How far a rotation is.
public struct RotationProgress: Sendable, Equatable {
    /// Objects that were encrypted anew by this call.
    public var done: Int
    /// Those and the ones that are left.
    public var total: Int
}

/// What a rotation did.
public struct RotationReport: Sendable, Equatable {
    /// Objects that were encrypted anew by this call.
    public var objects: Int
    /// Whether the rotation had been begun before, here or on another device.
    public var wasUnderWay: Bool
    /// The number of the one object key that is left.
    public var keyID: UInt32
}

extension ClientContext {
    /// Replaces the data key and the key of all objects, or finishes what was begun. Other devices can read and write
    /// throughout.
    ///
    /// - Parameters:
    ///   - evictingOthers: shuts out whoever has the old keys: all other sessions at the key store end, and other
    ///     devices have to sign in again.
    ///   - password: asked for the key store's password, at most once, and only where there is a password slot.
    ///   - progress: called after each batch.
    /// - Throws: `ClientError`; among others `wrongPassword`, `busy`, `notAuthentic`, `signedOut`, `notReachable`. After
    ///   any of them the next call goes on where this one stopped. `CancellationError` likewise. A process that is killed
    ///   while it evicts others may lose the new data key: then this device has to sign in again too; nothing else is lost.
    public func rotateKeys(
        evictingOthers: Bool = false, password: @escaping @Sendable () async throws -> Password,
        progress: @escaping @Sendable (RotationProgress) -> Void = { _ in }
    ) async throws -> RotationReport {
        let machine = Rotation(
            known: await keys.current, storeID: storeID, isEvicting: evictingOthers, environment: environment)
        var hasher: PasswordHasher?
        var state = RotationProgress(done: 0, total: 0)
        let output = try await environment.run(machine) { action in
            switch action {
            case .readKeys:
                return .keys(try await keys.read())
            case .readSlots:
                return .slots(try await keyStore.slots())
            case .deriveKey(let kdf):
                if hasher == nil { hasher = PasswordHasher(try await password(), policy: environment.kdfPolicy) }
                guard let hasher else { throw ClientError.unexpectedEvent }
                return .passwordKey(try await hasher.key(kdf))
            case .begin(let request, let new):
                // A task of its own: whoever interrupts this must not lose a data key that the key store has already.
                return try await Task {
                    let event = try await Self.outcome { try await keyStore.rotate(request) }
                    if case .stored = event { try await keys.adopt(new) }
                    return event
                }.value
            case .readKeyring:
                return .keyring(try await keyStore.keyring())
            case .adopt(let new):
                try await keys.adopt(new)
                return .adopted
            case .raiseAnchor(let revision):
                try await anchors.raiseStore {
                    let slots = try StoreChecks.slots(try await keyStore.slots(), of: StoreScope.self)
                    return (SlotsDigest(of: slots), revision)
                }
                return .raised
            case .reencrypt(let action):
                return .reencryption(try await perform(action, &state, progress))
            case .finish(let write, let revision):
                return try await Self.outcome { try await keyStore.writeKeyring(ifRevision: revision, write) }
            }
        }
        return RotationReport(objects: state.done, wasUnderWay: output.wasUnderWay, keyID: output.keyID.rawValue)
    }

    private func perform(
        _ action: Reencryption.Action, _ state: inout RotationProgress,
        _ progress: @Sendable (RotationProgress) -> Void
    ) async throws -> Reencryption.Event {
        switch action {
        case .list(let name, let key):
            let page = try await keyStore.listObjects(after: name, belowKey: key.rawValue, limit: 1_000)
            if let count = page.count { state.total = state.done + (Int(exactly: count) ?? 0) }
            return .page(page)
        case .read(let names):
            return .objects(try await keyStore.readObjects(names))
        case .write(let operations):
            do {
                let revisions = try await keyStore.writeObjects(operations)
                guard revisions == operations.map({ $0.ifRevision + 1 }) else {
                    throw ClientError(.malformedAnswer, "The key store's answer does not fit the request.")
                }
            } catch let error as ClientError where error.code == .refused(.revisionConflict) {
                return .conflict(error.refusal?.operation ?? 0)
            } catch let error as ClientError where error.code == .refused(.keyRetired) {
                return .keyRetired
            }
            state.done += operations.count
            progress(state)
            return .written
        }
    }

    private static func outcome(_ write: () async throws -> WriteResult) async throws -> Rotation.Event {
        do {
            _ = try await write()
            return .stored
        } catch let error as ClientError where error.code == .refused(.revisionConflict) {
            return .conflict
        } catch let error as ClientError where error.code == .notReachable {
            return .answerLost
        }
    }
}
