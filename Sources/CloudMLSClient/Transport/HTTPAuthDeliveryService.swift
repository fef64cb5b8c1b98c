package import CloudMLSAPI

/// An auth-delivery server over HTTP.
package struct HTTPAuthDeliveryService: HTTPService, AuthDeliveryService {
    package let connection: ServerConnection

    package init(_ connection: ServerConnection) { self.connection = connection }

    package func register(_ registration: AuthDeliveryRegistration) async throws {
        _ = try await postOpen("/v1/register", registration)
    }
}

// Profile and anchors
extension HTTPAuthDeliveryService {
    package func profile() async throws -> StoredProfile? {
        try await find("/v1/profile", StoredProfile.self)
    }

    package func writeProfile(ifRevision: UInt64, _ profile: ProfileWrite) async throws -> WriteResult {
        try await put("/v1/profile", profile, ifRevision: ifRevision)
    }

    package func anchors() async throws -> [StoredAnchor] {
        try await allPages {
            let page = try await get("/v1/anchors\($0)", AnchorList.self)
            return (page.anchors, page.more)
        } size: {
            $0.body.array.count
        } name: {
            $0.name.array
        }
    }

    package func anchor(_ name: [UInt8]) async throws -> StoredAnchor? {
        try await find("/v1/anchors/\(name.hex)", StoredAnchor.self)
    }

    package func writeAnchor(_ name: [UInt8], ifRevision: UInt64, _ anchor: AnchorWrite) async throws -> WriteResult {
        try await put("/v1/anchors/\(name.hex)", anchor, ifRevision: ifRevision)
    }
}

// Lists
extension HTTPAuthDeliveryService {
    /// Reads a list to its end. The names must rise from one item to the next, and the list is bounded, so that no answer
    /// keeps this going for ever or fills the memory.
    ///
    /// - Parameters:
    ///   - page: given the query, empty for the first page; returns the page's items and whether another one follows.
    ///   - size: the bytes that an item holds beside its name.
    private func allPages<Item>(
        page: (String) async throws -> ([Item], Bool), size: (Item) -> Int, name: (Item) -> [UInt8]
    ) async throws -> [Item] {
        var all: [Item] = []
        var last: [UInt8] = []
        var total = 0
        while true {
            let (items, more) = try await page(last.isEmpty ? "" : "?after=\(last.hex)")
            for item in items {
                let next = name(item)
                guard last.lexicographicallyPrecedes(next) else { throw misfit("a list that is out of order") }
                last = next
                total += next.count + size(item)
            }
            all += items
            guard all.count <= 100_000, total <= 64 << 20 else { throw misfit("a list without an end") }
            guard more else { return all }
            guard !items.isEmpty else { throw misfit("an empty page that has a next one") }
        }
    }
}

// Accounts and KeyPackages
extension HTTPAuthDeliveryService {
    package func accounts() async throws -> [AccountRecord] {
        try await get("/v1/accounts", AccountList.self).accounts
    }

    package func registerAccount(_ registration: AccountRegistration) async throws {
        var request = HTTPExchangeRequest(.put, "/v1/accounts")
        try request.setJSON(registration)
        _ = try await connection.send(request)
    }

    package func identities(of accounts: [AccountAddress]) async throws -> [AccountRecord] {
        var records: [AccountRecord] = []
        for start in stride(from: 0, to: accounts.count, by: 2_000) {
            let page = Array(accounts[start...].prefix(2_000))
            records += try await post(
                "/v1/identities", IdentitiesRequest(accounts: page), answer: AccountList.self
            ).accounts
        }
        return records
    }

    package func uploadKeyPackages(_ upload: KeyPackageUpload) async throws -> KeyPackageUploadResult {
        try await post("/v1/key-packages", upload, answer: KeyPackageUploadResult.self)
    }

    package func keyPackageCount(account: AccountAddress, cipherSuite: UInt16) async throws -> Int {
        let account = PercentEncoding.encode(
            account.description.utf8, isUpperCase: true, keeping: PercentEncoding.isUnreserved)
        return try await get(
            "/v1/key-packages/count?account=\(account)&cipherSuite=\(cipherSuite)", KeyPackageUploadResult.self
        ).available
    }

    package func keyPackageStatus(_ refs: [[UInt8]]) async throws -> [KeyPackageStatus] {
        var statuses: [KeyPackageStatus] = []
        for start in stride(from: 0, to: refs.count, by: 1_000) {
            let page = refs[start...].prefix(1_000).map { Bytes($0) }
            let found = try await post(
                "/v1/key-packages/status", KeyPackageStatusRequest(refs: page), answer: KeyPackageStatusResponse.self
            ).statuses
            guard found.count == page.count else { throw misfit("a wrong number of statuses") }
            statuses += found
        }
        return statuses
    }

    package func retainKeyPackages(_ retention: KeyPackageRetention) async throws {
        try await post("/v1/key-packages/retain", retention)
    }

    package func claimKeyPackages(
        _ claim: KeyPackageClaim, idempotencyKey: [UInt8]
    ) async throws -> KeyPackageClaimResponse {
        try await post(
            "/v1/key-packages/claim", claim, idempotencyKey: idempotencyKey, answer: KeyPackageClaimResponse.self)
    }
}

// Groups and the inbox
extension HTTPAuthDeliveryService {
    package func registerGroup(_ registration: GroupRegistration) async throws {
        try await post("/v1/groups", registration)
    }

    package func groups() async throws -> [GroupList.Item] {
        try await allPages {
            let page = try await get("/v1/groups\($0)", GroupList.self)
            return (page.groups, page.more)
        } size: { _ in
            0
        } name: {
            $0.groupID.array
        }
    }

    package func group(_ id: [UInt8]) async throws -> GroupInfoRecord {
        try await get("/v1/groups/\(id.hex)", GroupInfoRecord.self)
    }

    package func postCommit(group: [UInt8], _ post: CommitPost) async throws -> PostResult {
        try await self.post("/v1/groups/\(group.hex)/commits", post, answer: PostResult.self)
    }

    package func postProposal(
        group: [UInt8], _ post: ProposalPost, idempotencyKey: [UInt8]
    ) async throws -> PostResult {
        try await self.post(
            "/v1/groups/\(group.hex)/proposals", post, idempotencyKey: idempotencyKey, answer: PostResult.self)
    }

    package func voidCommit(group: [UInt8], _ request: VoidRequest) async throws -> VoidResponse {
        try await post("/v1/groups/\(group.hex)/void", request, answer: VoidResponse.self)
    }

    package func reportCommit(group: [UInt8], _ report: CommitReport) async throws {
        try await post("/v1/groups/\(group.hex)/reports", report)
    }

    package func requestRejoin(group: [UInt8], _ request: RejoinRequest) async throws {
        try await post("/v1/groups/\(group.hex)/rejoin", request)
    }

    package func log(group: [UInt8], after sequence: UInt64, limit: Int) async throws -> LogPage {
        try await get("/v1/groups/\(group.hex)/log?after=\(sequence)&limit=\(limit)", LogPage.self)
    }

    package func inbox(after number: UInt64, limit: Int, wait: Int) async throws -> InboxPage {
        try await get(
            "/v1/inbox?after=\(number)&limit=\(limit)&wait=\(wait)", InboxPage.self, timeout: 30 + wait)
    }

    package func acknowledgeInbox(upTo number: UInt64) async throws {
        try await post("/v1/inbox/acknowledge", InboxAcknowledgement(upTo: number))
    }
}
