import CloudMLSAPI
import KeyHierarchy
import MLS
import MLSCodec

/// One group of the user's. Its operations run one after the other on this device; other devices are met at the
/// revisions of what is stored, so each step reads what there is now and writes only if that still holds.
package actor GroupActor {
    /// What became of a group whose state in the key store is older than what this user has seen.
    package enum Healing: Sendable, Hashable {
        /// It goes on in a new epoch.
        case healed
        /// Another member has to add the account again.
        case waiting
    }

    package nonisolated let id: GroupID
    let services: Services
    /// Generations that are reserved and not used yet, of the epoch in front.
    var reserved: (epoch: UInt64, generations: Range<UInt32>)?
    /// What was healed and not told yet.
    var healing: Healing?
    private var signer: (account: AccountAddress, secrets: AccountSecrets)?
    var turns = TurnQueue()

    package init(id: GroupID, services: Services) {
        self.id = id
        self.services = services
    }

    /// How often an operation begins anew.
    func attempts() -> Attempts { Attempts(12, orBusy: "The group kept changing while this was tried.") }

    /// What the key store has now.
    package func load() async throws -> GroupSnapshot { try await GroupSnapshot.load(id, from: services.objects) }

    /// Writes what differs between two snapshots, and more, in one batch.
    ///
    /// - Returns: false if another device wrote first.
    /// - Throws: `Unkeepable` if it is more than any key store takes.
    func write(_ next: GroupSnapshot, since stored: GroupSnapshot, and more: [SealedWrite] = []) async throws -> Bool {
        let writes = next.writes(since: stored) + more
        guard !writes.isEmpty else { return true }
        let sizes = writes.map { ($0.body?.count ?? 0) + Self.sealing }
        guard sizes.allSatisfy({ $0 <= Limits.objectSize }), sizes.reduce(0, +) <= Limits.batchSize else {
            throw Unkeepable(error: ClientError(.tooLarge, "The group's state is too large to be stored."))
        }
        guard case .written = try await services.objects.write(writes) else { return false }
        return true
    }

    /// The write of an epoch's record.
    ///
    /// - Throws: `Unkeepable` if there is another one for the epoch: its messages could not be read any more.
    func epochWrite(_ group: Group) async throws -> SealedWrite {
        let path = StorePath.epoch(group.epoch, of: id)
        let stored = try await services.objects.value(path)
        let record = group.epochRecord.encoded
        guard stored.body == nil || stored.body == record else {
            throw Unkeepable(
                error: ClientError(.notAuthentic, "There was another epoch \(group.epoch) of this group before."))
        }
        return SealedWrite(path: path, ifRevision: stored.revision, body: record)
    }

    /// More bytes than sealing adds to an object.
    private static let sealing = 1_024

    /// The private key of the own leaf.
    func signingKey(_ account: AccountAddress, in group: Group) async throws -> SignaturePrivateKey {
        let own = group.member(at: group.ownLeafIndex)?.signatureKey
        for isFresh in [false, true] {
            let secrets: AccountSecrets
            if !isFresh, let signer, signer.account == account {
                secrets = signer.secrets
            } else {
                secrets = try await AccountService(services: services).secrets(of: account)
                signer = (account, secrets)
            }
            if let pair = secrets.keys.map(\.pair).first(where: { $0.publicKey == own }) { return pair.privateKey }
        }
        throw ClientError(
            .unknownAccount, "The identity key that \(account) uses in this group is not in the key store.")
    }

    func busy() -> ClientError { attempts().busy }
}

/// A state that cannot be stored, now or later.
struct Unkeepable: Error {
    let error: ClientError
}
