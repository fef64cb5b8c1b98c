import CloudMLSAPI
import KeyHierarchy
import MLS
import MLSCodec

extension GroupActor {
    /// Compares the group's state with its anchor, and brings it on where it is older.
    ///
    /// - Throws: `rolledBack` where the group's log does not lead to where it was.
    func healNow() async throws {
        let machine = GroupHealing(incarnation: await services.anchorIncarnation())
        let output = try await services.environment.run(machine) { action in
            switch action {
            case .readAnchor:
                let reading = try await services.anchors.read(id)
                return .anchor(reading.anchor, revision: reading.revision)
            case .readStored(let epoch):
                let stored = try await GroupSnapshot.load(id, from: services.objects, countsOf: epoch)
                return .stored(Self.healable(stored))
            case .mark(let anchor, let ifRevision):
                let isMarked = try await services.anchors.swap(id, to: anchor, ifRevision: ifRevision)
                // What is reserved in this process is from before.
                reserved = nil
                return isMarked ? .marked : .conflict
            case .replay:
                do {
                    _ = try await catchUpNow()
                } catch let error as ClientError where error.code == .groupReadOnly {
                    // The log begins later than the group was: it is as if it had ended there.
                }
                return .replayed
            case .giveUpIntent:
                let stored = try await load()
                if let intent = stored.head?.intent {
                    _ = try await carry(intent, stored, since: stored, .givingUp)
                }
                return .intentEnded
            case .resumeIntent:
                _ = try await resumeNow()
                return .intentEnded
            case .raiseCounts(let counts, let epoch):
                try await raise(counts, epoch: epoch)
                return .countsRaised
            case .commit(let epoch):
                try await changeNow(GroupChange(refresh: true), onlyIn: epoch, isHealing: true)
                return .committed
            case .askEpoch:
                return .serverEpoch(try await serverEpoch())
            case .close(let epoch):
                try await close(epoch)
                return .closed
            }
        }
        switch output {
        case .sound:
            return
        case .healed:
            healing = .healed
        case .waiting:
            healing = .waiting
        case .behind:
            throw Self.rolledBack
        }
    }

    private static func healable(_ stored: GroupSnapshot) -> GroupHealing.Stored? {
        guard let head = stored.head, let group = stored.group else { return nil }
        return GroupHealing.Stored(
            epoch: group.epoch, headRevision: Revision(rawValue: stored.headRevision) ?? .none, status: head.status,
            intent: head.intent.map {
                GroupHealing.Intent(epoch: $0.epoch, generation: $0.generation, commit: $0.hash)
            },
            counts: stored.counts)
    }

    /// - Returns: nil if the server does not know the group, or the account is no member for it.
    private func serverEpoch() async throws -> UInt64? {
        do {
            return try await services.authDelivery.group(id.bytes).epoch
        } catch let error as ClientError where error.code == .refused(.notFound) {
            return nil
        }
    }

    /// Keeps the group for reading: nothing leads from this epoch to where it is.
    private func close(_ epoch: UInt64) async throws {
        var attempts = attempts()
        while true {
            try attempts.count()
            let stored = try await load()
            guard stored.head?.status == .active, stored.group?.epoch == epoch else { return }
            var next = stored
            next.closeUntilAddedAgain()
            if try await write(next, since: stored) { return }
        }
    }

    /// Raises the epoch's reservation object.
    private func raise(_ counts: GenerationCounts, epoch: UInt64) async throws {
        let path = StorePath.generations(epoch, of: id)
        var attempts = attempts()
        while true {
            try attempts.count()
            let value = try await services.objects.value(path)
            let stored = try value.decoded(GenerationCounts.self) ?? GenerationCounts()
            let raised = GenerationCounts(
                application: max(stored.application, counts.application),
                handshake: max(stored.handshake, counts.handshake))
            if raised == stored { return }
            let write = SealedWrite(path: path, ifRevision: value.revision, body: raised.encoded)
            if case .written = try await services.objects.write([write]) { return }
        }
    }
}
