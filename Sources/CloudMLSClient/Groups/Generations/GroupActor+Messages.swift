import KeyHierarchy
import MLS
import MLSCodec

extension GroupActor {
    /// Takes the next generations of the application ratchet, for this device alone.
    func reserve(_ group: Group, _ stored: GroupSnapshot) async throws -> ReservationMachine.Output {
        let path = StorePath.generations(group.epoch, of: id)
        let target = try await anchor(headRevision: stored.headRevision, epoch: group.epoch)
        let machine = ReservationMachine(
            count: services.policy.generationBlock, epoch: group.epoch, headRevision: target.headRevision,
            incarnation: target.incarnation)
        return try await services.environment.run(machine) { action in
            switch action {
            case .readCounts:
                let value = try await services.objects.value(path)
                return .counts(try value.decoded() ?? GenerationCounts(), revision: value.revision)
            case .writeCounts(let counts, let ifRevision):
                let write = SealedWrite(path: path, ifRevision: ifRevision, body: counts.encoded)
                guard case .written = try await services.objects.write([write]) else { return .conflict }
                return .written
            case .readAnchor:
                let reading = try await services.anchors.read(id)
                return .anchor(reading.anchor, revision: reading.revision)
            case .swapAnchor(let anchor, let ifRevision):
                let isSwapped = try await services.anchors.swap(id, to: anchor, ifRevision: ifRevision)
                return isSwapped ? .swapped : .anchorConflict
            }
        }
    }
}
