import CloudMLSAPI
import KeyHierarchy
import MLS
import MLSCodec

/// One group of the user's. Its operations run one after the other on this device; other devices are met at the
/// revisions of what is stored, so each step reads what there is now and writes only if that still holds.
package actor GroupActor {
    package nonisolated let id: GroupID
    let services: Services
    /// Generations that are reserved and not used yet, of the epoch in front.
    var reserved: (epoch: UInt64, generations: Range<UInt32>)?
    private var signer: (account: AccountAddress, secrets: AccountSecrets)?
    private var isBusy = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    package init(id: GroupID, services: Services) {
        self.id = id
        self.services = services
    }

    /// How often an operation begins anew because another device wrote first.
    static let attempts = 12

    /// Runs one operation at a time, in the order of arrival.
    func exclusively<Result: Sendable>(_ operation: () async throws -> Result) async throws -> Result {
        while isBusy {
            await withCheckedContinuation { waiting.append($0) }
        }
        isBusy = true
        defer {
            isBusy = false
            if !waiting.isEmpty { waiting.removeFirst().resume() }
        }
        do {
            return try await operation()
        } catch {
            throw error is CancellationError ? error : ClientError(wrapping: error)
        }
    }

    /// What the key store has now.
    package func load() async throws -> GroupSnapshot { try await GroupSnapshot.load(id, from: services.objects) }

    /// Writes what differs between two snapshots, and more, in one batch.
    ///
    /// - Returns: false if another device wrote first.
    func write(_ next: GroupSnapshot, since stored: GroupSnapshot, and more: [SealedWrite] = []) async throws -> Bool {
        let writes = next.writes(since: stored) + more
        guard !writes.isEmpty else { return true }
        guard case .written = try await services.objects.write(writes) else { return false }
        return true
    }

    /// The write of an epoch's record.
    func epochWrite(_ group: Group) async throws -> SealedWrite {
        let path = StorePath.epoch(group.epoch, of: id)
        let revision = try await services.objects.value(path).revision
        return SealedWrite(path: path, ifRevision: revision, body: group.epochRecord.encoded)
    }

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

    func busy() -> ClientError {
        ClientError(
            .busy, "The group kept changing while this was tried.", hint: "Try again in a moment.")
    }
}
