import KeyHierarchy
import MLS
import MLSCodec

extension GroupActor {
    /// The anchor that goes with a head.
    func anchor(headRevision: UInt64, epoch: UInt64) async throws -> GroupAnchor {
        guard let revision = Revision(rawValue: headRevision) else {
            throw ClientError(.malformedAnswer, "The key store counts further than revisions go.")
        }
        return GroupAnchor(incarnation: await services.anchorIncarnation(), headRevision: revision, epoch: epoch)
    }

    /// Raises the group's anchor to a head that was just written.
    ///
    /// - Returns: false if what was written must not be sent: the head is no longer what it was, or whether the
    ///   generation is a proposal's own cannot be told.
    /// - Throws: `rolledBack` if the head is older than the anchor.
    func raiseAnchor(
        headRevision: UInt64, epoch: UInt64, _ purpose: AnchorRaise.Purpose
    ) async throws -> Bool {
        let target = try await anchor(headRevision: headRevision, epoch: epoch)
        let output = try await services.environment.run(AnchorRaise(target: target, purpose: purpose)) { action in
            switch action {
            case .read:
                let reading = try await services.anchors.read(id)
                return .anchor(reading.anchor, revision: reading.revision)
            case .swap(let anchor, let ifRevision):
                return try await services.anchors.swap(id, to: anchor, ifRevision: ifRevision) ? .swapped : .conflict
            }
        }
        guard case .behind(let anchor) = output else { return true }
        if case .handshake(_, commit: nil) = purpose, anchor.epoch == epoch,
            anchor.headRevision == target.headRevision
        {
            // This very raise may have been the one, and its answer lost: a proposal takes another generation then.
            return false
        }
        try await checkHead(against: anchor, knownRevision: headRevision)
        return false
    }

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

    /// Reads the head again after an anchor that is ahead of it.
    ///
    /// - Throws: `rolledBack` if it is the same head, or another one that is still older than the anchor.
    func checkHead(against anchor: GroupAnchor, knownRevision: UInt64) async throws {
        let stored = try await load()
        guard stored.headRevision != knownRevision else { throw Self.rolledBack }
        try check(stored, against: anchor)
    }

    /// Compares a head with an anchor that was read before it.
    ///
    /// - Throws: `rolledBack` if the head is older.
    func check(_ stored: GroupSnapshot, against anchor: GroupAnchor?) throws {
        let revision = Revision(rawValue: stored.headRevision) ?? .none
        if let anchor, anchor.isAhead(ofEpoch: stored.group?.epoch ?? 0, headRevision: revision) {
            throw Self.rolledBack
        }
    }

    static var rolledBack: ClientError {
        ClientError(
            .rolledBack,
            "The key store has an older state of this group than this user has seen: it was restored from a backup, or "
                + "somebody put an old state in its place.",
            hint:
                "Messages can be read; sending would use message keys a second time, and the group's log does not lead "
                + "to where it was. If the key store's data folder was replaced by an older copy, whoever runs it has to "
                + "put the newer one back.")
    }
}
