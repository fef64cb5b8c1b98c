package import CloudMLSAPI

/// The routes of an auth-delivery server, one method each; see `AuthenticationService` for what they throw.
package protocol AuthDeliveryService: AuthenticationService {
    /// `POST /v1/register`.
    func register(_ registration: AuthDeliveryRegistration) async throws

    /// `GET /v1/profile`; nil where none was written.
    func profile() async throws -> StoredProfile?
    /// `PUT /v1/profile`.
    func writeProfile(ifRevision: UInt64, _ profile: ProfileWrite) async throws -> WriteResult

    /// `GET /v1/anchors`, all pages.
    func anchors() async throws -> [StoredAnchor]
    /// `GET /v1/anchors/{name}`; nil where none was written.
    func anchor(_ name: [UInt8]) async throws -> StoredAnchor?
    /// `PUT /v1/anchors/{name}`.
    func writeAnchor(_ name: [UInt8], ifRevision: UInt64, _ anchor: AnchorWrite) async throws -> WriteResult

    /// `GET /v1/accounts`.
    func accounts() async throws -> [AccountRecord]
    /// `PUT /v1/accounts`.
    func registerAccount(_ registration: AccountRegistration) async throws
    /// `POST /v1/identities`; asks in pages of 2,000 accounts.
    func identities(of accounts: [AccountAddress]) async throws -> [AccountRecord]

    /// `POST /v1/key-packages`.
    func uploadKeyPackages(_ upload: KeyPackageUpload) async throws -> KeyPackageUploadResult
    /// `GET /v1/key-packages/count`: how many are available, the last-resort one not counted.
    func keyPackageCount(account: AccountAddress, cipherSuite: UInt16) async throws -> Int
    /// `POST /v1/key-packages/status`, in the order of the refs; asks in pages of 1,000.
    func keyPackageStatus(_ refs: [[UInt8]]) async throws -> [KeyPackageStatus]
    /// `POST /v1/key-packages/retain`.
    func retainKeyPackages(_ retention: KeyPackageRetention) async throws
    /// `POST /v1/key-packages/claim`. The idempotency key is 16 to 64 bytes.
    func claimKeyPackages(
        _ claim: KeyPackageClaim, idempotencyKey: [UInt8]
    ) async throws -> KeyPackageClaimResponse

    /// `POST /v1/groups`.
    func registerGroup(_ registration: GroupRegistration) async throws
    /// `GET /v1/groups`, all pages: the groups in which the user has a member.
    func groups() async throws -> [GroupList.Item]
    /// `GET /v1/groups/{id}`.
    func group(_ id: [UInt8]) async throws -> GroupInfoRecord
    /// `POST /v1/groups/{id}/commits`. An idempotency key is not needed: the server knows a commit by its hash.
    func postCommit(group: [UInt8], _ post: CommitPost) async throws -> PostResult
    /// `POST /v1/groups/{id}/proposals`. The idempotency key is 16 to 64 bytes.
    func postProposal(group: [UInt8], _ post: ProposalPost, idempotencyKey: [UInt8]) async throws -> PostResult
    /// `POST /v1/groups/{id}/void`.
    func voidCommit(group: [UInt8], _ request: VoidRequest) async throws -> VoidResponse
    /// `POST /v1/groups/{id}/reports`.
    func reportCommit(group: [UInt8], _ report: CommitReport) async throws
    /// `POST /v1/groups/{id}/rejoin`.
    func requestRejoin(group: [UInt8], _ request: RejoinRequest) async throws
    /// `GET /v1/groups/{id}/log`.
    func log(group: [UInt8], after sequence: UInt64, limit: Int) async throws -> LogPage

    /// `GET /v1/inbox`; `wait` in seconds, at most `Limits.longPoll`.
    func inbox(after number: UInt64, limit: Int, wait: Int) async throws -> InboxPage
    /// `POST /v1/inbox/acknowledge`.
    func acknowledgeInbox(upTo number: UInt64) async throws
}
