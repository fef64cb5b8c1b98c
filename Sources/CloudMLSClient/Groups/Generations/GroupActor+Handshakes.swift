import KeyHierarchy
import MLSCodec

extension GroupActor {
    /// The next handshake generation, and the write that gives it away in one batch with the head.
    ///
    /// - Parameters:
    ///   - stored: the head that the batch replaces.
    ///   - isHealing: whether it is for the commit that leaves an epoch in which the key store was found behind.
    /// - Returns: nil if the head has to be looked at again.
    /// - Throws: `rolledBack` if the anchor knows a later state; `busy` if the epoch has none left.
    func reserveHandshake(
        epoch: UInt64, _ stored: GroupSnapshot, isHealing: Bool = false
    ) async throws -> (generation: UInt32, write: SealedWrite)? {
        let path = StorePath.generations(epoch, of: id)
        let target = try await anchor(headRevision: stored.headRevision, epoch: epoch)
        let machine = HandshakeReservation(
            epoch: epoch, headRevision: target.headRevision, isHealing: isHealing)
        let output = try await services.environment.run(machine) { action in
            switch action {
            case .readAnchor:
                return .anchor(try await services.anchors.read(id).anchor)
            case .readCounts:
                let value = try await services.objects.value(path)
                return .counts(try value.decoded() ?? GenerationCounts(), revision: value.revision)
            }
        }
        switch output {
        case .reserved(let generation, let counts, let ifRevision):
            return (generation, SealedWrite(path: path, ifRevision: ifRevision, body: counts.encoded))
        case .exhausted:
            throw ClientError(.busy, "This epoch of the group has no room for another change.")
        case .headMoved(let anchor):
            try await checkHead(against: anchor, knownRevision: stored.headRevision)
            return nil
        case .rolledBack:
            throw Self.rolledBack
        }
    }
}
