/// How a new group is tied to one that is there already: by that group's resumption key, taken in for one purpose (RFC 9420
/// §11.2, §11.3).
struct GroupLink {
    private let id: PreSharedKeyID.Key
    private let usage: ResumptionPSKUsage
    private let epoch: UInt64
    private let previous: Group

    /// The link that a Welcome has; `nil` if it has none and need not.
    ///
    /// - Throws: `missingKey` if it links to another group than `previous`; `invalidGroupInfo` if it has none where it
    ///   should, two, or one to a ReInit that was not committed.
    init?(_ identifiers: [PreSharedKeyID], to previous: Group?) throws(MLSError) {
        var links: [(id: PreSharedKeyID.Key, usage: ResumptionPSKUsage, groupID: [UInt8], epoch: UInt64)] = []
        for case .resumption(let usage, let groupID, let epoch) in identifiers.map(\.key) where usage != .application {
            links.append((.resumption(usage: usage, groupID: groupID, epoch: epoch), usage, groupID, epoch))
        }
        guard let link = links.first else {
            guard previous == nil else { throw MLSError(.invalidGroupInfo, "a Welcome that continues no group") }
            return nil
        }
        // RFC 9420 §12.4.3.1
        guard links.count == 1 else { throw MLSError(.invalidGroupInfo, "two groups that a Welcome continues") }
        guard let previous, previous.groupID == link.groupID else {
            throw MLSError(.missingKey, "the group that the Welcome continues")
        }
        if link.usage == .reInit {
            guard previous.reInit != nil, previous.epoch == link.epoch else {
                throw MLSError(.invalidGroupInfo, "a ReInit that was not committed")
            }
        }
        (id, usage, epoch) = (link.id, link.usage, link.epoch)
        self.previous = previous
    }

    /// The keys of the caller, and the link's own.
    ///
    /// - Throws: `missingKey` for a branch of another epoch whose key is not among `keys`.
    func knownKeys(_ keys: PreSharedKeys) throws(MLSError) -> PreSharedKeys {
        let kept = keys[.resumption(usage: .application, groupID: previous.groupID, epoch: epoch)]
        guard let secret = epoch == previous.epoch ? previous.resumptionPSK : kept else {
            throw MLSError(.missingKey, "the resumption key of epoch \(epoch)")
        }
        return keys.merging([id: secret]) { _, own in own }
    }

    /// Throws `invalidGroupInfo` unless the new group is what the link says (RFC 9420 §11.2, §11.3, §12.4.3.1).
    ///
    /// - Parameter members: the new group's.
    func check(
        _ context: GroupContext, members: [Credential], _ isSameClient: ((Credential, Credential) -> Bool)?
    ) throws(MLSError) {
        guard context.epoch == 1 else { throw MLSError(.invalidGroupInfo, "another epoch than 1") }
        let old = previous.members.map(\.credential)
        if usage == .reInit {
            guard previous.reInit == ReInit(groupStartedOver: context) else {
                throw MLSError(.invalidGroupInfo, "another group than the ReInit asked for")
            }
            guard Self.all(old, areAmong: members, isSameClient) else {
                throw MLSError(.invalidGroupInfo, "a member that the group after a ReInit lacks")
            }
        } else {
            // Of the version there is only one.
            guard context.cipherSuite == previous.cipherSuite else {
                throw MLSError(.invalidGroupInfo, "another cipher suite than that of the group branched from")
            }
            guard Self.all(members, areAmong: old, isSameClient) else {
                throw MLSError(.invalidGroupInfo, "a member that the group branched from does not have")
            }
        }
    }

    /// Whether each of these clients is one of those. Groups are large, and few credentials change: only those are compared
    /// with all others.
    private static func all(
        _ clients: [Credential], areAmong others: [Credential], _ isSameClient: ((Credential, Credential) -> Bool)?
    ) -> Bool {
        let known = Set(others)
        return clients.allSatisfy { client in
            known.contains(client) || isSameClient.map { isSame in others.contains { isSame(client, $0) } } ?? false
        }
    }
}

extension ReInit {
    /// The ReInit that a group of this context is the answer to.
    fileprivate init(groupStartedOver context: GroupContext) {
        self.init(
            groupID: context.groupID, version: .mls10, cipherSuite: context.cipherSuite,
            extensions: context.extensions)
    }
}
