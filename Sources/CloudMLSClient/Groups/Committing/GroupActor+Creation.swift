import CloudMLSAPI
import MLS
import MLSCodec
import MLSCrypto

extension GroupActor {
    /// Creates the group and adds its first members, where there is no head yet: registration and first commit in one
    /// intent.
    ///
    /// - Returns: false if the head has to be looked at again.
    func createNow(
        chat: String, account: AccountAddress, members: [AccountAddress], predecessor: GroupID?,
        from stored: GroupSnapshot
    ) async throws -> Bool {
        let extensions = ChatExtension(
            platform: account.platform, chat: chat, created: services.environment.now(), predecessor: predecessor)
        let (next, intent) = try await found(extensions, account, members, from: stored)
        switch try await carry(intent, next, since: stored, .new) {
        case .merged:
            return true
        case .lost, .overtaken:
            return false
        case .refused(let code):
            throw ClientError(refusal: ErrorBody.Detail(code: code, message: "it does not accept this group."))
        }
    }

    /// Makes the group and its first commit.
    private func found(
        _ chat: ChatExtension, _ account: AccountAddress, _ members: [AccountAddress], from stored: GroupSnapshot
    ) async throws -> (GroupSnapshot, CommitIntent) {
        let suite = CipherSuite(rawValue: services.policy.cipherSuite)
        let secrets = try await AccountService(services: services).secrets(of: account)
        guard let signer = secrets.pair(for: suite) else {
            throw ClientError(.unknownAccount, "\(account) has no identity key for cipher suite \(suite.rawValue).")
        }
        let group = try Group.create(
            groupID: id.bytes, provider: try CipherSuiteProviders.provider(for: suite),
            credential: account.credential, signer: signer, capabilities: .ours(suite),
            lifetime: Lifetime(from: services.environment.now(), duration: services.policy.keyPackageLifetime),
            extensions: chat.groupContextExtensions, settings: .rederivable)
        var next = stored
        next.group = group
        next.roster.record(group)
        next.head = GroupHead(
            account: account, status: .active, state: group.encodedState,
            position: LogPosition(incarnation: await services.logIncarnation(), sequence: 0))
        next.index.set(
            StoreIndex.Group(
                id: id, account: account, chat: chat.chat, created: chat.created, status: .creating))
        // A group of one takes its first step too: nothing is ever sent in epoch 0.
        let change = GroupChange(add: members.filter { $0 != account }, refresh: true)
        guard let (staged, commit) = try await stage(change, from: next) else { throw busy() }
        var intent = commit
        intent.purpose = .create
        next = staged
        next.head?.intent = intent
        return (next, intent)
    }
}
