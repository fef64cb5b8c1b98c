import CloudMLSAPI
package import MLS
import MLSCodec
import MLSCrypto

/// What the key store has about a group, read in one go, and what an operation makes of it. An operation changes a copy;
/// what differs is written in one batch that holds only if nobody else wrote in between.
package struct GroupSnapshot: Sendable {
    package let id: GroupID
    package var head: GroupHead?
    /// The group in `head`, decoded.
    package var group: Group?
    package var roster: Roster
    package var index: StoreIndex
    package var pins: IdentityPins
    package var parked: ParkedMessages
    /// The counts of the epoch that was asked for.
    package let counts: GenerationCounts
    private var revisions: [String: UInt64]

    /// - Parameter epoch: whose counts are read along with the group; nil reads none.
    package static func load(
        _ id: GroupID, from objects: any ObjectStore, countsOf epoch: UInt64? = nil
    ) async throws -> GroupSnapshot {
        let generations = epoch.map { StorePath.generations($0, of: id) }
        let values = try await objects.read(
            [StorePath.head(id), StorePath.roster(id), StorePath.index, StorePath.pins, StorePath.parked]
                + (generations.map { [$0] } ?? []))
        let head = try values.value(StorePath.head(id)).decoded(GroupHead.self)
        return GroupSnapshot(
            id: id, head: head, group: try head.map { try Self.decode($0.state) },
            roster: try values.value(StorePath.roster(id)).decoded() ?? Roster(),
            index: try values.value(StorePath.index).decoded() ?? StoreIndex(),
            pins: try values.value(StorePath.pins).decoded() ?? IdentityPins(),
            parked: try values.value(StorePath.parked).decoded() ?? ParkedMessages(),
            counts: try generations.flatMap { try values.value($0).decoded() } ?? GenerationCounts(),
            revisions: values.mapValues(\.revision))
    }

    /// Reads a group's stored state.
    package static func decode(_ state: [UInt8]) throws -> Group {
        do {
            return try Group(decodingState: state, providers: CipherSuiteProviders.provider(for:))
        } catch {
            throw ClientError(
                .formatOfAnotherVersion, "A stored group cannot be read: \(error).",
                hint: "Use the newest release of this program.")
        }
    }

    /// The head's revision as it was read.
    package var headRevision: UInt64 { revisions[StorePath.head(id)] ?? 0 }

    /// The writes that turn `stored` into this, each on the condition that nothing changed since it was read.
    package func writes(since stored: GroupSnapshot) -> [SealedWrite] {
        var writes: [SealedWrite] = []
        func add(_ path: String, _ new: [UInt8]?, _ old: [UInt8]?) {
            guard new != old else { return }
            writes.append(SealedWrite(path: path, ifRevision: revisions[path] ?? 0, body: new))
        }
        add(StorePath.head(id), head?.encoded, stored.head?.encoded)
        add(StorePath.roster(id), roster.encoded, stored.roster.encoded)
        add(StorePath.index, index.encoded, stored.index.encoded)
        add(StorePath.pins, pins.encoded, stored.pins.encoded)
        add(StorePath.parked, parked.encoded, stored.parked.encoded)
        return writes
    }

    /// Enters a group's next state: head, roster and what the index says.
    ///
    /// - Parameter commit: that led to it, where it is at hand.
    package mutating func enter(_ next: Group, by commit: StagedCommit? = nil, at position: LogPosition) {
        group = next
        head?.state = next.encodedState
        head?.position = position
        head?.status = next.isRemoved ? .removed : .active
        if let commit {
            roster.record(commit)
        } else if !next.isRemoved {
            roster.record(next)
        }
        if next.isRemoved {
            setIndexStatus(.removed)
        } else if index.group(id)?.status == .creating {
            setIndexStatus(.active)
        }
    }

    /// Changes what the index says about the group, where it lists it.
    package mutating func setIndexStatus(_ status: StoreIndex.Group.Status) {
        guard var entry = index.group(id), entry.status != status else { return }
        entry.status = status
        index.set(entry)
    }

    /// Keeps the group for reading: another commit than any that can be applied here holds its epoch, so that no intent of
    /// this account's ever will.
    package mutating func closeUntilAddedAgain() {
        head?.status = .stuck
        if let intent = head?.intent {
            head?.claims += intent.claims
            head?.intent = nil
        }
        setIndexStatus(.readOnly)
    }

    /// Head and group of a group that can be written to.
    ///
    /// - Throws: `unknownGroup`, `groupReadOnly`.
    package func active() throws -> (head: GroupHead, group: Group) {
        guard let head, let group else {
            throw ClientError(.unknownGroup, "There is no group \(id).", hint: "Synchronise, then look at the groups.")
        }
        switch head.status {
        case .active where index.group(id)?.status == .readOnly:
            throw ClientError(
                .groupReadOnly, "Another group took this one's place in the chat.", hint: "Write to that group.")
        case .active:
            return (head, group)
        case .removed:
            throw ClientError(.groupReadOnly, "\(head.account) is no longer a member of this group.")
        case .stuck:
            throw ClientError(
                .groupReadOnly, "A change of this group could not be applied here; what was received can be read.",
                hint: "The program of another member adds \(head.account) again when it synchronises.")
        }
    }
}
