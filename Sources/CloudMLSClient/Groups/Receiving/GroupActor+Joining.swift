import CloudMLSAPI
import Crypto
import MLS
import MLSCodec
import MLSCrypto

extension GroupActor {
    /// Joins by a Welcome that the inbox brought. The private part of the KeyPackage goes in the batch that joins.
    func joinNow(_ delivery: WelcomeDelivery) async throws -> DeliveryMachine.Output {
        var attempts = attempts()
        while true {
            try attempts.count()
            let output = try await joinOnce(delivery)
            guard output == .overtaken else { return output }
        }
    }

    private func joinOnce(_ delivery: WelcomeDelivery) async throws -> DeliveryMachine.Output {
        // The pool first: where another device joins meanwhile, a private part that is gone goes with a head that shows why.
        let poolPath = StorePath.keyPackages(delivery.account)
        let poolValue = try await services.objects.value(poolPath)
        let storedPool = try poolValue.decoded(KeyPackagePool.self) ?? KeyPackagePool()
        let stored = try await load()
        let position = LogPosition(incarnation: await services.logIncarnation(), sequence: delivery.sequence)
        var next = stored
        var joined: Group?
        return try await services.environment.run(DeliveryMachine()) { action in
            switch action {
            case .examine:
                if isOld(delivery, stored) { return .duplicate }
                do {
                    let group = try open(delivery, storedPool)
                    joined = group
                    let accounts = group.members.compactMap(\.account)
                    return .examined(accounts: accounts.sorted(), isCommit: false)
                } catch {
                    return .unusable("\(error)", isCommit: false)
                }
            case .checkIdentities(let accounts):
                guard let group = joined else { return .identitiesChecked(objection: nil) }
                let check = IdentityCheck(
                    try await services.authDelivery.identities(of: accounts), suite: group.cipherSuite)
                let objection = group.members.lazy.compactMap { member in
                    check.objection(toPresent: member)
                        ?? (stored.head == nil ? nil : stored.pins.objection(toKnown: member))
                }.first
                if objection == nil { pin(group.members, in: &next) }
                return .identitiesChecked(objection: objection)
            case .apply:
                guard let group = joined, let chat = ChatExtension(in: group.extensions) else { return .overtaken }
                let intentClaims = stored.head?.intent?.claims ?? []
                next.head = GroupHead(
                    account: delivery.account, status: .active, state: group.encodedState, position: position,
                    claims: (stored.head?.claims ?? []) + intentClaims)
                next.index.set(
                    StoreIndex.Group(
                        id: id, account: delivery.account, chat: chat.chat, created: chat.created, status: .active))
                next.enter(group, at: position)
                var pool = storedPool
                pool.use(delivery.keyPackageRef.array)
                var more: [SealedWrite] = []
                if pool != storedPool {
                    more.append(
                        SealedWrite(path: poolPath, ifRevision: poolValue.revision, body: pool.encoded))
                }
                return try await writing(since: stored, isCommit: false) {
                    try await write(next, since: stored, and: more + [epochWrite(group)])
                }
            case .park(let reason):
                next = stored
                next.parked.park(
                    ParkedMessages.Entry(
                        kind: .welcome, group: id, position: position,
                        hash: Array(SHA256.hash(data: delivery.message.array)), reason: reason,
                        time: services.environment.now()))
                return try await write(next, since: stored) ? .written : .overtaken
            case .raiseAnchor:
                guard let group = next.group, next.head != stored.head else { return .anchorRaised }
                _ = try await raiseAnchor(headRevision: stored.headRevision + 1, epoch: group.epoch, .progress)
                return .anchorRaised
            case .report:
                return .reported
            }
        }
    }

    /// Whether the group has been joined by this Welcome or a later one already. A group never goes back, whatever became
    /// of the membership since: a removed account's group stays in the epoch before its removal.
    private func isOld(_ delivery: WelcomeDelivery, _ stored: GroupSnapshot) -> Bool {
        stored.group.map { $0.epoch >= delivery.epoch } ?? false
    }

    /// Runs MLS on a Welcome, and checks that the group is one of ours.
    private func open(_ delivery: WelcomeDelivery, _ pool: KeyPackagePool) throws -> Group {
        guard let entry = pool.entry(delivery.keyPackageRef.array) else {
            throw MLSError(.missingKey, "the private part of the KeyPackage is not in the key store")
        }
        guard case .welcome(let welcome) = try MLSMessage(decoding: delivery.message.array) else {
            throw MLSError(.malformed, "not a Welcome")
        }
        let suite = CipherSuite(rawValue: entry.cipherSuite)
        let group = try Group.join(
            welcome, keyPackage: KeyPackage(decoding: entry.keyPackage),
            privateKeys: KeyPackagePrivateKeys(decoding: entry.secrets), settings: .rederivable,
            provider: try CipherSuiteProviders.provider(for: suite))
        guard group.groupID == id.bytes, group.epoch == delivery.epoch else {
            throw MLSError(.wrongGroup, "the Welcome leads into another group or epoch than the server says")
        }
        guard group.member(at: group.ownLeafIndex)?.account == delivery.account else {
            throw MLSError(.unknownMember, "the Welcome is for another account")
        }
        guard let chat = ChatExtension(in: group.extensions), chat.platform == delivery.account.platform else {
            throw MLSError(.invalidGroupInfo, "not a group for a chat of the account's platform")
        }
        guard Set(group.members.compactMap(\.account)).count == group.members.count else {
            throw MLSError(.invalidTree, "an account with two leaves, or a leaf without an account")
        }
        return group
    }
}
