import CloudMLSClient

/// A key store's objects in memory, with its real rules for revisions: one per user, shared by the user's devices.
actor MemoryObjectStore {
    private(set) var values: [String: SealedValue] = [:]
    private(set) var incarnation: [UInt8] = [UInt8](repeating: 7, count: 16)

    func read(_ paths: [String]) -> [String: SealedValue] {
        Dictionary(
            paths.map { ($0, values[$0] ?? SealedValue(revision: 0, body: nil)) },
            uniquingKeysWith: { first, _ in first })
    }

    func value(_ path: String) -> SealedValue { values[path] ?? SealedValue(revision: 0, body: nil) }

    func write(_ writes: [SealedWrite]) -> WriteOutcome {
        for (index, write) in writes.enumerated() {
            let current = values[write.path]?.revision ?? 0
            guard current == write.ifRevision else { return .conflict(index: index, currentRevision: current) }
        }
        for write in writes {
            values[write.path] = SealedValue(revision: write.ifRevision + 1, body: write.body)
        }
        return .written(writes.map { $0.ifRevision + 1 })
    }

    /// Takes the place of what is stored, as a restored backup does.
    ///
    /// - Parameter sameIncarnation: as where the server cannot tell, since its files were replaced by an older copy.
    func restore(_ backup: [String: SealedValue], sameIncarnation: Bool = false) {
        values = backup
        if !sameIncarnation { incarnation = [UInt8](repeating: 8, count: 16) }
    }
}

/// One device's connection to a user's store.
struct FaultyObjectStore: ObjectStore {
    let store: MemoryObjectStore
    let faults: FaultPlan

    func read(_ paths: [String]) async throws -> [String: SealedValue] {
        try await faults.pass { await store.read(paths) }
    }

    func write(_ writes: [SealedWrite]) async throws -> WriteOutcome {
        try await faults.pass { await store.write(writes) }
    }
}
