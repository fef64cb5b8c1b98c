import CloudMLSAPI
import CloudMLSClient
import MLSCodec

/// Breaks one ordering in one life of a device, between the client and its servers. What is held back is lost with the
/// device, as it is in a client that has yet to do it.
///
/// It is used on the simulation's thread alone.
final class Sabotage: @unchecked Sendable {
    let mutation: Mutation
    private var heldWrites: [SealedWrite] = []
    private var heldStore: (any ObjectStore)?
    private var heldAnchor: (@Sendable () async throws -> Void)?

    init(_ mutation: Mutation) { self.mutation = mutation }

    // Calls to the auth-delivery server

    func carry<Answer: Sendable>(
        _ name: String, on connection: SimulatedConnection, _ call: @escaping @Sendable () async throws -> Answer
    ) async throws -> Answer {
        guard connection.server == .authDelivery else { return try await connection.exchange(name, call) }
        if let heldAnchor {
            self.heldAnchor = nil
            try await heldAnchor()
        }
        switch (mutation, name) {
        case (.publishBeforeStoring, "uploadKeyPackages"), (.postBeforeIntent, "postCommit"):
            do {
                let answer = try await connection.exchange(name, call)
                try await writeHeld()
                return answer
            } catch {
                heldWrites = []
                throw error
            }
        case (.useBeforeAnchor, "writeAnchor"):
            heldAnchor = { _ = try? await connection.exchange(name, call) }
            guard let answer = WriteResult(revision: 0) as? Answer else { throw Abandoned() }
            return answer
        case (.acknowledgeBeforeHead, "inbox"):
            let answer = try await connection.exchange(name, call)
            if let last = (answer as? InboxPage)?.entries.last {
                let (world, user) = (connection.device.simulation.world, connection.device.user.name)
                try await connection.exchange("acknowledgeInbox") {
                    await world.acknowledge(last.number, user: user)
                }
            }
            return answer
        case (.discardWithoutVoid, "voidCommit"):
            guard let answer = VoidResponse(accepted: nil) as? Answer else { throw Abandoned() }
            return answer
        default:
            return try await connection.exchange(name, call)
        }
    }

    private func writeHeld() async throws {
        let writes = heldWrites
        heldWrites = []
        if let heldStore, !writes.isEmpty { _ = try await heldStore.write(writes) }
    }

    // Calls to the key store

    func read(_ paths: [String], from store: any ObjectStore) async throws -> [String: SealedValue] {
        var values = try await store.read(paths)
        for write in heldWrites where values[write.path] != nil {
            values[write.path] = SealedValue(revision: write.ifRevision + 1, body: write.body)
        }
        return values
    }

    func write(_ writes: [SealedWrite], to store: any ObjectStore) async throws -> WriteOutcome {
        switch mutation {
        case .publishBeforeStoring where writes.count == 1 && writes.contains(where: Self.hasPendingKeyPackages),
            .postBeforeIntent where heldWrites.isEmpty && writes.contains(where: Self.hasIntent):
            heldWrites = writes
            heldStore = store
            return .written(writes.map { $0.ifRevision + 1 })
        case .dropBeforeJoin where writes.count > 1:
            return try await write(writes, to: store, first: { $0.path.hasPrefix("key-packages/") })
        case .headBeforeEpochRecord:
            return try await write(writes, to: store, first: { !$0.path.contains("/epoch/") })
        case .reserveWithoutCompareAndSwap where writes.contains(where: Self.isReservation):
            return try await overwrite(writes, in: store)
        default:
            return try await store.write(writes)
        }
    }

    private static func hasPendingKeyPackages(_ write: SealedWrite) -> Bool {
        guard write.path.hasPrefix("key-packages/"), let body = write.body,
            let pool = try? KeyPackagePool(decoding: body)
        else { return false }
        return pool.entries.contains { $0.state == .pending }
    }

    private static func hasIntent(_ write: SealedWrite) -> Bool {
        guard write.path.hasSuffix("/head"), let body = write.body, let head = try? GroupHead(decoding: body) else {
            return false
        }
        return head.intent != nil
    }

    private static func isReservation(_ write: SealedWrite) -> Bool { write.path.contains("/generations/") }

    /// Makes two batches of one.
    private func write(
        _ writes: [SealedWrite], to store: any ObjectStore, first isFirst: (SealedWrite) -> Bool
    ) async throws -> WriteOutcome {
        let (one, two) = (writes.filter(isFirst), writes.filter { !isFirst($0) })
        guard !one.isEmpty, !two.isEmpty else { return try await store.write(writes) }
        let outcome = try await store.write(one)
        guard case .written = outcome else { return outcome }
        // It takes its time in between: each of these is a call that may be lost, or in which the device may end.
        for _ in 0..<4 { _ = try await store.read(two.map(\.path)) }
        let rest = try await store.write(two)
        guard case .written = rest else { return rest }
        return .written(writes.map { $0.ifRevision + 1 })
    }

    /// Writes whatever is there.
    private func overwrite(_ writes: [SealedWrite], in store: any ObjectStore) async throws -> WriteOutcome {
        for _ in 0..<8 {
            let current = try await store.read(writes.filter(Self.isReservation).map(\.path))
            var blind = writes
            for index in blind.indices where Self.isReservation(blind[index]) {
                blind[index].ifRevision = current.value(blind[index].path).revision
            }
            let outcome = try await store.write(blind)
            if case .conflict(let index, _) = outcome, Self.isReservation(blind[index]) { continue }
            guard case .written = outcome else { return outcome }
            return .written(writes.map { $0.ifRevision + 1 })
        }
        return .conflict(index: 0, currentRevision: 0)
    }
}
