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
