import CloudMLSAPI
package import KeyHierarchy

/// The user's objects at the key store by plaintext path: names are blinded and bodies sealed on the way there, and
/// checked and opened on the way back.
package actor SealedStore: ObjectStore {
    private let service: any KeyStoreService
    private let storeID: StoreID
    private let keys: KeyringKeeper
    /// The newest revision met of each object, in one incarnation of the key store.
    private var seen: [BlindedName: UInt64] = [:]
    private var seenIncarnation: [UInt8]?

    package init(service: any KeyStoreService, storeID: StoreID, keys: KeyringKeeper) {
        self.service = service
        self.storeID = storeID
        self.keys = keys
    }

    /// The key store's incarnation in its newest answer, 16 bytes; nil before the first.
    package func incarnation() async -> [UInt8]? { await service.incarnation() }

    /// Reads any number of objects; every path has an answer.
    ///
    /// - Throws: `ClientError` with `notAuthentic` where a body is not what was written under this path and revision,
    ///   `rolledBack` where it is older than one that was seen, or what the service throws.
    package func read(_ paths: [String]) async throws -> [String: SealedValue] {
        try await followingKeys { sealer in
            try await read(Set(paths).map { (path: $0, name: sealer.name($0)) }, with: sealer)
        }
    }

    /// Does something with the keys as they are known; where they turn out to be others, asks for those and does it again.
    private func followingKeys<Result>(_ work: (ObjectSealer) async throws -> Result) async throws -> Result {
        // Twice: between a rotation's first and last keyring a device may meet both.
        for _ in 0..<2 {
            let used = await keys.current
            do {
                return try await work(sealer(used))
            } catch  where Self.needsNewerKeys(error) {
                guard try await keys.renew(after: used.revision) else { throw unknownKey() }
            }
        }
        do {
            return try await work(sealer(await keys.current))
        } catch  where Self.needsNewerKeys(error) {
            throw unknownKey()
        }
    }

    private func read(
        _ unique: [(path: String, name: BlindedName)], with sealer: ObjectSealer
    ) async throws -> [String: SealedValue] {
        guard !unique.isEmpty else { return [:] }
        // The floor of the time of asking: an answer on its way while a write passes it is no rollback.
        let floor = seen
        let incarnationBefore = seenIncarnation
        let objects = try await service.readObjects(unique.map(\.name.bytes))
        await noteIncarnation()
        let isSameLife = incarnationBefore == nil || incarnationBefore == seenIncarnation
        guard objects.count == unique.count else { throw malformed() }
        var values: [String: SealedValue] = [:]
        for ((path, name), object) in zip(unique, objects) {
            guard object.name.array == name.bytes, let revision = Revision(rawValue: object.revision) else {
                throw malformed()
            }
            if isSameLife, let known = floor[name], object.revision < known {
                throw ClientError(
                    .rolledBack, "The key store shows an older state of \"\(path)\" than it did before.",
                    hint: "Do not send anything; ask whoever runs the key store whether a backup was restored.")
            }
            remember(name, object.revision)
            let body = try object.body.map { body in
                try open(body.array, path: path, name: name, revision: revision, with: sealer)
            }
            values[path] = SealedValue(revision: object.revision, body: body)
        }
        return values
    }

    /// Writes a batch, all or nothing.
    ///
    /// Where the answer is lost (`notReachable`) the batch may have been written or not: read to find out.
    /// - Parameter writes: at most `Limits.batchCount`, each with another path.
    package func write(_ writes: [SealedWrite]) async throws -> WriteOutcome {
        guard !writes.isEmpty else { return .written([]) }
        guard writes.count <= Limits.batchCount, Set(writes.map(\.path)).count == writes.count else {
            throw ClientError(.invalidArgument, "A batch holds at most \(Limits.batchCount) different objects.")
        }
        return try await followingKeys { sealer in
            try await write(writes, with: sealer)
        }
    }

    private func write(_ writes: [SealedWrite], with sealer: ObjectSealer) async throws -> WriteOutcome {
        let operations = try writes.map { try operation($0, with: sealer) }
        do {
            let revisions = try await service.writeObjects(operations)
            await noteIncarnation()
            guard revisions == writes.map({ $0.ifRevision + 1 }) else { throw malformed() }
            for (operation, revision) in zip(operations, revisions) {
                if let name = BlindedName(bytes: operation.name.array) { remember(name, revision) }
            }
            return .written(revisions)
        } catch let error as ClientError {
            switch error.code {
            case .refused(.revisionConflict):
                let index = error.refusal?.operation ?? (writes.count == 1 ? 0 : -1)
                guard let current = error.refusal?.currentRevision, writes.indices.contains(index) else {
                    throw malformed()
                }
                return .conflict(index: index, currentRevision: current)
            case .refused(.tooLarge), .refused(.quotaExceeded):
                throw ClientError(
                    .tooLarge, error.message, hint: "Ask whoever runs the key store for more room.")
            default:
                throw error
            }
        }
    }

    private func operation(_ write: SealedWrite, with sealer: ObjectSealer) throws -> BatchOperation {
        guard let expected = Revision(rawValue: write.ifRevision) else {
            throw ClientError(.invalidArgument, "A revision of \"\(write.path)\" is out of range.")
        }
        let name = sealer.name(write.path)
        let body = try write.body.map { body in
            do {
                return Bytes(try sealer.seal(body, name: name, revision: expected.next))
            } catch {
                throw ClientError(.internalFault, "\"\(write.path)\" could not be sealed: \(error).")
            }
        }
        return BatchOperation(name: Bytes(name.bytes), ifRevision: write.ifRevision, body: body)
    }

    private func open(
        _ body: [UInt8], path: String, name: BlindedName, revision: Revision, with sealer: ObjectSealer
    ) throws -> [UInt8] {
        do {
            return try sealer.open(body, name: name, revision: revision)
        } catch  where error.code == .unknownObjectKey {
            throw error
        } catch {
            throw ClientError(
                .notAuthentic, "What the key store has as \"\(path)\" is not what was written there: \(error).",
                hint: "Do not send anything; ask whoever runs the key store.")
        }
    }

    private static func needsNewerKeys(_ error: any Error) -> Bool {
        (error as? KeyHierarchyError)?.code == .unknownObjectKey
            || (error as? ClientError)?.code == .refused(.keyRetired)
    }

    private func sealer(_ keys: StoreKeys) -> ObjectSealer {
        ObjectSealer(storeID: storeID, keyring: keys.keyring)
    }

    private func noteIncarnation() async {
        let current = await service.incarnation()
        guard current != seenIncarnation else { return }
        // After a restore lower revisions are honest; the anchors judge them.
        if seenIncarnation != nil { seen = [:] }
        seenIncarnation = current
    }

    private func remember(_ name: BlindedName, _ revision: UInt64) {
        seen[name] = max(seen[name] ?? 0, revision)
    }

    private func unknownKey() -> ClientError {
        ClientError(
            .notAuthentic, "The key store has something under a key that its keyring does not have.",
            hint: "Do not send anything; ask whoever runs the key store whether a backup was restored.")
    }

    private func malformed() -> ClientError {
        ClientError(
            .malformedAnswer, "The key store's answer does not fit the request.",
            hint: "Check that the server and this program are of the same release.")
    }
}
