import MLS
import MLSCodec
import TestSupport

/// Groups that continue another one, or that some of its members found beside it (RFC 9420 §11.2, §11.3).
extension RandomHistory {
    /// A step of one of the other groups, or somebody's step into it.
    mutating func goElsewhere() throws {
        let life = below(others.count)
        switch below(5) {
        case 0: try follow(below(participants.count), into: life)
        case 1: try deliverWrongly(to: life)
        default: try others[life].step()
        }
    }

    /// What a client needs to found another group, where it adds some of the others.
    private mutating func request(_ founder: Int, adding added: [Int], in life: inout RandomHistory) throws
        -> SuccessorRequest
    {
        let client = life.participants[founder].member
        let injects = chance(oneIn: 3)
        return SuccessorRequest(
            adding: try added.map { try life.newKeyPackage(of: $0) }, credential: client.credential,
            signer: client.signer, capabilities: client.capabilities, lifetime: TestMember.lifetime,
            injecting: injects ? [.external(id: [1])] : [], preSharedKeys: Self.preSharedKeys,
            includesRatchetTree: chance(oneIn: 2))
    }

    private mutating func begin(_ life: RandomHistory, _ staged: StagedCommit, by founder: Int, epoch: UInt64) throws {
        var life = life
        life.participants[founder].begin(in: staged.merged)
        try life.enter(founder)
        guard case .welcome(let welcome)? = staged.welcome else { throw HistoryFailure("a group of one is continued") }
        for invited in life.participants.indices where !life.participants[invited].keyPackages.isEmpty {
            life.participants[invited].invitation = Participant.Invitation(
                welcome: welcome, ratchetTree: staged.merged.ratchetTree, continuedEpoch: epoch)
        }
        others.append(life)
    }

    // MARK: ReInit

    /// What a group shall start over as.
    mutating func newReInit() -> ReInit {
        let suite = pick(Self.suites) ?? suite
        return ReInit(
            groupID: [UInt8(degree + 1)] + generator.bytes(4), version: .mls10, cipherSuite: suite,
            extensions: extensions(of: suite, data: [UInt8(below(256))]))
    }

    /// Commits a ReInit.
    mutating func end(_ index: Int) throws {
        let group = try participants[index].member.group
        guard degree < 2, active.count > 3, group.epoch == delivery.head,
            participants[index].staged == nil
        else { return }
        let proposed = group.pendingProposals.compactMap { pending -> ReInit? in
            guard case .reInit(let reInit) = pending.proposal else { return nil }
            return reInit
        }
        let reInit = chance(oneIn: 3) ? newReInit() : proposed.last ?? newReInit()
        participants[index].staged = try participants[index].member.stage(public: chance(oneIn: 2)) {
            $0.reInitializing = reInit
        }
        note("ending", "\(participants[index].name) ends the group in epoch \(group.epoch)")
        try submit(index)
    }

    /// A step of a group that is over: its members learn of it, and one founds the group that takes its place.
    mutating func stepToEnd(_ actor: Int) throws {
        switch below(4) {
        case 0: try deliver(to: actor)
        case 1: try reload(actor)
        case 2: _ = try catchUp(actor)
        default: if successor == nil { try startOver(actor) }
        }
    }

    mutating func startOver(_ index: Int) throws {
        let group = try participants[index].member.group
        guard let reInit = group.reInit else { return }
        var life = try RandomHistory(reInit.cipherSuite, from: self, seed: generator.next())
        let added = indices(of: group.members).filter { $0 != index }
        var request = try request(index, adding: added, in: &life)
        let provider = life.participants[index].member.provider
        if let dropped = request.adding.popLast() {
            try expect(.invalidGroupInfo, "a member is left out") {
                try group.stageReInitialized(request, policy: TestMember.policy, provider: provider)
            }
            request.adding.append(dropped)
        }
        let staged = try group.stageReInitialized(request, policy: TestMember.policy, provider: provider)
        guard staged.merged.groupID == reInit.groupID, staged.merged.extensions == reInit.extensions else {
            throw HistoryFailure("a group starts over as another one than it should")
        }
        successor = others.count
        note("started over", "\(participants[index].name) starts the group over with \(added.count) others")
        try begin(life, staged, by: index, epoch: group.epoch)
    }

    // MARK: Branches

    mutating func branch(_ index: Int) throws {
        let group = try participants[index].member.group
        let members = indices(of: group.members).filter { $0 != index }
        guard degree < 2, others.count < 2, !members.isEmpty else { return }
        var life = try RandomHistory(suite, from: self, seed: generator.next())
        let added = Array(members.shuffled(using: &generator).prefix(1 + below(members.count)))
        let groupID = [UInt8(degree + 1)] + generator.bytes(4)
        if let stranger = pick(strangers) {
            var other = life
            let request = try request(index, adding: added + [stranger], in: &other)
            let isMember = members.contains(stranger)
            if !isMember {
                try expect(.invalidGroupInfo, "somebody is added who is no member") {
                    try group.stageBranch(request, groupID: groupID, policy: TestMember.policy)
                }
            }
        }
        let staged = try group.stageBranch(
            try request(index, adding: added, in: &life), groupID: groupID, policy: TestMember.policy)
        note("branched", "\(participants[index].name) founds a group with \(added.count) others")
        try begin(life, staged, by: index, epoch: group.epoch)
    }

    // MARK: Stepping over

    /// Somebody who was invited into a group that continues this one, or branches from it, joins that; or it refuses to,
    /// for the one reason that there is.
    mutating func follow(_ index: Int, into life: Int) throws {
        guard let invitation = others[life].participants[index].invitation,
            let epoch = invitation.continuedEpoch, others[life].participants[index].member.state == nil
        else { return }
        let name = participants[index].name
        guard let previous = participants[index].member.state else {
            // It has nothing left that the new group could be checked against.
            others[life].participants[index].invitation = nil
            note("follows nobody", "\(name) cannot join what continues a group that it has lost")
            return
        }
        if chance(oneIn: 3) {
            try expect(.missingKey, "the group that is continued is not looked at") {
                try others[life].join(invitation, index)
            }
        }
        let keys = participants[index].resumptionKeys
        let joined = Result { try others[life].join(invitation, index, continuing: previous, preSharedKeys: keys) }
        let expected = refusal(of: life, by: previous, keys, epoch)
        switch joined {
        case .success(let group):
            guard expected == nil else { throw HistoryFailure("\(name) joins a group that it should refuse") }
            others[life].participants[index].invitation = nil
            others[life].participants[index].begin(in: group)
            note(life == successor ? "starts over" : "joins a branch", "\(name) follows into another group")
            try others[life].enter(index)
        case .failure(let error):
            guard let error = error as? MLSError, error.code == expected else {
                throw HistoryFailure("\(name) cannot follow into another group: \(error)")
            }
            note("follows later", "\(name) does not follow into another group yet: \(error)")
        }
    }

    /// Why somebody has to refuse an invitation into another group.
    private func refusal(of life: Int, by previous: Group, _ keys: PreSharedKeys, _ epoch: UInt64) -> MLSError.Code? {
        guard life != successor else {
            return previous.reInit != nil && previous.epoch == epoch ? nil : .invalidGroupInfo
        }
        let key = PreSharedKeyID.Key.resumption(usage: .application, groupID: previous.groupID, epoch: epoch)
        guard previous.epoch == epoch || keys[key] != nil else { return .missingKey }
        let members = Set(previous.members.map(\.credential))
        return others[life].founders.allSatisfy(members.contains) ? nil : .invalidGroupInfo
    }

    /// A message of this group comes to somebody in another one.
    private mutating func deliverWrongly(to life: Int) throws {
        guard let reader = pick(others[life].active), var group = others[life].participants[reader].member.state,
            let message = delivery.commits[delivery.head &- 1], group.reInit == nil
        else { return }
        let before = group.encodedState
        try expect(.wrongGroup, "a message of another group is accepted") { try group.process(message) }
        guard group.encodedState == before else { throw HistoryFailure("a message of another group changes this one") }
        note("wrong group", "a message comes to another group")
    }

    private func expect(_ code: MLSError.Code, _ what: String, _ body: () throws -> some Any) throws {
        guard case .failure(let error as MLSError) = Result(catching: body), error.code == code else {
            throw HistoryFailure("not refused as \(code): \(what)")
        }
    }
}
