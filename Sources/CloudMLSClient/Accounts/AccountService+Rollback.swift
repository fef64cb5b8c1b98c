package import CloudMLSAPI
import KeyHierarchy

extension AccountService {
    /// Compares the pools of KeyPackages with the store's anchor. Where they are older, or the key store is another
    /// incarnation, what was published and lost its private part is withdrawn and replaced, before anybody uses it.
    ///
    /// - Returns: whether they were older.
    @discardableResult
    package func checkPools() async throws -> Bool {
        guard let anchor = try await services.anchors.store().anchor,
            let incarnation = await services.storeIncarnation()
        else { return false }
        // The anchor comes first: every device writes a pool before it raises the anchor.
        let isRestored = anchor.incarnation.bytes != incarnation
        let revisions = try await poolRevisions()
        guard isRestored || anchor.keyPackagesRevision.rawValue > revisions else { return false }
        let listed = Set(try await list().map(\.account))
        let registered = try await services.authDelivery.accounts().map(\.account)
        for account in listed.sorted() { try await replaceLostKeyPackages(of: account) }
        // An account that was added in the later state is not on the list any more, and nothing of its pool is left.
        for account in registered.sorted() where !listed.contains(account) {
            try await services.authDelivery.retainKeyPackages(KeyPackageRetention(account: account, refs: []))
        }
        let present = await services.anchorIncarnation()
        try await services.anchors.settleKeyPackages(in: present) { try await poolRevisions() }
        return true
    }

    /// Withdraws the KeyPackages that have no private part, and publishes others.
    package func replaceLostKeyPackages(of account: AccountAddress) async throws {
        let pool = try await services.objects.value(StorePath.keyPackages(account)).decoded(KeyPackagePool.self)
        let refs = (pool?.entries ?? []).map { Bytes($0.ref) }
        try await registering(account) {
            try await services.authDelivery.retainKeyPackages(KeyPackageRetention(account: account, refs: refs))
        }
        try await maintainKeyPackages(of: account)
    }

    /// The sum of the revisions of all pools, which only grows.
    func poolRevisions() async throws -> UInt64 {
        let paths = try await list().map { StorePath.keyPackages($0.account) }
        let values = try await services.objects.read(paths)
        return values.values.reduce(0) { $0 + $1.revision }
    }
}
