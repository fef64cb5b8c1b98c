import MLS
import MLSCodec
import MLSCrypto
import TestSupport

/// What clients do.
extension RandomHistory {
    mutating func step() throws {
        if !others.isEmpty, chance(oneIn: isOver ? 2 : 4) { return try goElsewhere() }
        guard let actor = pick(active) else { throw HistoryFailure("nobody is left") }
        guard !isOver else { return try stepToEnd(actor) }
        switch below(32) {
        case 0...8: try deliver(to: actor)
        case 9...13: _ = try catchUp(actor)
        case 14...17: for _ in 0...below(3) { try propose(mostlyCurrent(actor)) }
        case 18...21: try commit(mostlyCurrent(actor))
        case 22: try submit(actor)
        case 23, 24: try talk(actor)
        case 25: try proposeFromOutside()
        case 26: try joinByItself()
        case 27: try comeBack(actor)
        case 28: try reload(actor)
        case 29: if chance(oneIn: 2) { try end(actor) }
        case 30: if chance(oneIn: 3) { try branch(actor) }
        default:
            let invited = participants.indices.filter {
                participants[$0].invitation.map { $0.continuedEpoch == nil } ?? false
            }
            if let invited = pick(invited) {
                try acceptInvitation(invited)
            }
        }
    }

    /// What somebody does who is behind comes to nothing, mostly.
    private mutating func mostlyCurrent(_ actor: Int) -> Int {
        chance(oneIn: 4) ? actor : pick(current) ?? actor
    }

    /// Now and then more than some keep the keys for.
    private mutating func talk(_ index: Int) throws {
        for _ in 0..<(chance(oneIn: 5) ? 14 : 1) { broadcast(try say(index), from: index) }
    }

    // MARK: Proposals

    private mutating func propose(_ index: Int) throws {
        let isPublic = chance(oneIn: 2)
        let kind = below(9)
        // Who is behind knows a group that is no more: it changes its own leaf only.
        let isCurrent = participants[index].epoch == delivery.head
        let stranger = pick(strangers)
        let target = try pick(participants[index].member.group.members.map(\.leafIndex))
        let signer = chance(oneIn: 2) ? try participants[index].newSigner() : nil
        let extensions = extensions(
            of: suite, data: [UInt8](repeating: UInt8(below(256)), count: below(3) * 90))
        // The last of them nobody has: such a proposal is left out.
        let key = PreSharedKeyID.Key.external(id: [UInt8(1 + below(3))])
        let reInit = newReInit()
        let padding = padding()
        var what = "an Update"
        let message: MLSMessage
        switch kind {
        case 0 where isCurrent && stranger != nil, 1 where isCurrent && stranger != nil:
            let keyPackage = try newKeyPackage(of: stranger ?? 0)
            what = "to add \(stranger ?? 0)"
            message = try participants[index].member.propose(public: isPublic, padding: padding) {
                try $0.proposeAdd(keyPackage, policy: TestMember.policy, framing: $1, signer: $2)
            }
        case 2:
            guard let target else { return }
            what = "to remove leaf \(target.rawValue)"
            message = try participants[index].member.propose(public: isPublic, padding: padding) {
                try $0.proposeRemove(target, framing: $1, signer: $2)
            }
        case 3:
            what = "a pre-shared key"
            message = try participants[index].member.propose(public: isPublic, padding: padding) {
                try $0.proposePreSharedKey(key, framing: $1, signer: $2)
            }
        case 4:
            what = "extensions"
            message = try participants[index].member.propose(public: isPublic, padding: padding) {
                try $0.proposeExtensions(extensions, framing: $1, signer: $2)
            }
        case 5 where try !hasLeft(index):
            what = "to leave"
            message = try participants[index].member.propose { try $0.proposeSelfRemove(signer: $2) }
        case 6:
            what = "to start over"
            message = try participants[index].member.propose(public: isPublic, padding: padding) {
                try $0.proposeReInit(reInit, framing: $1, signer: $2)
            }
        default:
            message = try participants[index].member.propose(public: isPublic, padding: padding) {
                try $0.proposeUpdate(LeafUpdate(signer: signer), framing: $1, signer: $2)
            }
        }
        note("proposed \(what.prefix { !$0.isNumber })", "\(participants[index].name) proposes \(what)")
        delivery.keep(message)
        broadcast(message, from: index)
    }

    private func hasLeft(_ index: Int) throws -> Bool {
        let group = try participants[index].member.group
        return group.pendingProposals.contains {
            $0.proposal == .selfRemove && $0.sender == .member(group.ownLeafIndex)
        }
    }

    /// An external sender, or a client that wants to be added (RFC 9420 §12.1.8).
    private mutating func proposeFromOutside() throws {
        guard let witness = current.first, let stranger = pick(strangers) else { return }
        let group = try participants[witness].member.group
        let keyPackage = try newKeyPackage(of: stranger)
        let outsider = try outsider
        let provider = outsider.provider
        let message: MLSMessage
        if chance(oneIn: 2) {
            let signer = participants[stranger].member.signer.privateKey
            message = try MLSMessage.newMemberProposal(
                keyPackage, groupID: group.groupID, epoch: group.epoch, signer: signer, provider: provider)
        } else {
            let proposals: [Proposal] = [
                .add(keyPackage), .remove(pick(group.members)?.leafIndex ?? LeafIndex(0)),
                .groupContextExtensions(extensions(of: suite, data: [UInt8(below(256))])),
                .preSharedKey(PreSharedKeyID(key: .external(id: [1]), nonce: generator.bytes(provider.hashLength))),
                .reInit(newReInit()),
            ]
            message = try MLSMessage.externalProposal(
                proposals[below(proposals.count)], groupID: group.groupID, epoch: group.epoch, senderIndex: 0,
                signer: outsider.signer.privateKey, provider: provider)
        }
        note("proposed from outside", "a proposal from outside")
        delivery.keep(message)
        broadcast(message, from: nil)
    }

    mutating func newKeyPackage(of index: Int) throws -> KeyPackage {
        let own = try participants[index].member.keyPackage()
        participants[index].keyPackages.append(own)
        return own.keyPackage
    }

    // MARK: Commits

    private mutating func commit(_ index: Int) throws {
        guard participants[index].staged == nil else { return try submit(index) }
        var group = try participants[index].member.group
        // Mostly it has asked for what was proposed before it commits that (RFC 9420 §12.4).
        if !chance(oneIn: 4) {
            try fetchProposals(index, in: &group)
            participants[index].member.state = group
        }
        let isCurrent = group.epoch == delivery.head
        let isPublic = chance(oneIn: 3)
        let options = (pending: !chance(oneIn: 4), path: chance(oneIn: 3), tree: chance(oneIn: 2), kind: below(6))
        let signer = chance(oneIn: 5) ? try participants[index].newSigner() : nil
        let new = isCurrent ? strangers.shuffled(using: &generator).prefix(below(4)) : []
        let added = try new.map { try newKeyPackage(of: $0) }
        let others = group.members.map(\.leafIndex).filter { $0 != group.ownLeafIndex }
        let removed = isCurrent && others.count > 3 ? pick(others) : nil
        let extensions = extensions(of: suite, data: [UInt8](repeating: 1, count: below(3) * 90))
        let padding = padding()
        let admitted = group.pendingProposals.filter { $0.sender == .newMemberProposal }.map(\.reference)
        let staged = try participants[index].member.stage(public: isPublic, padding: padding) {
            $0.includesPendingProposals = options.pending
            $0.admitting = Set(admitted)
            $0.forcesPath = options.path
            $0.includesRatchetTree = options.tree
            $0.preSharedKeys = Self.preSharedKeys
            if let signer { $0.leafUpdate = LeafUpdate(signer: signer) }
            switch options.kind {
            case 0, 1: $0.adding = added
            case 2: $0.removing = removed.map { [$0] } ?? []
            case 3: $0.injecting = [.external(id: [2])]
            case 4:
                // Who joins does not have it.
                $0.includesPendingProposals = false
                $0.injecting = [group.resumptionKeyID]
            default: if isCurrent && options.path { $0.extensions = extensions }
            }
        }
        participants[index].staged = staged
        let types = staged.proposals.map { "\($0.proposal.type.rawValue)" }.joined(separator: " ")
        note("staged", "\(participants[index].name) makes a commit of epoch \(group.epoch) with proposals [\(types)]")
        // Others may be faster.
        if !chance(oneIn: 4) { try submit(index) }
    }

    mutating func submit(_ index: Int) throws {
        guard let staged = participants[index].staged else { return }
        let name = participants[index].name
        guard try send(staged, from: index) else {
            participants[index].staged = nil
            note("lost", "\(name)'s commit comes too late")
            // It may still reach others.
            broadcast(staged.message, from: index)
            return
        }
        note("accepted", "\(name)'s commit is accepted")
        // Mostly the answer reaches it.
        if !chance(oneIn: 5) { _ = try catchUp(index) }
    }

    /// Hands a commit to the delivery service, and the Welcome to those who are invited.
    private mutating func send(_ staged: StagedCommit, from index: Int) throws -> Bool {
        let isFirst = staged.message.header?.epoch == delivery.head
        guard delivery.accept(staged.message) else { return false }
        guard isFirst else { return true }
        if staged.reInit != nil { isOver = true }
        broadcast(staged.message, from: index)
        guard case .welcome(let welcome)? = staged.welcome else { return true }
        for invited in participants.indices {
            let provider = participants[invited].member.provider
            let isMeant = participants[invited].keyPackages.contains {
                welcome.newMembers.contains($0.keyPackage.reference(provider: provider))
            }
            guard isMeant else { continue }
            participants[invited].invitation = Participant.Invitation(
                welcome: welcome, ratchetTree: staged.merged.ratchetTree)
            if chance(oneIn: 2) { try acceptInvitation(invited) }
        }
        return true
    }

    // MARK: External commits

    private mutating func joinByItself() throws {
        guard let stranger = pick(strangers) else { return }
        try joinExternally(stranger, "joins by itself")
    }

    /// It has lost its state, or somebody has lost it (RFC 9420 §12.4.3.2).
    private mutating func comeBack(_ index: Int) throws {
        guard active.count > 2 else { return }
        let lost = pick(participants.indices.filter { participants[$0].member.state == nil && place(of: $0) != nil })
        try joinExternally(lost ?? index, "comes back")
    }

    private mutating func joinExternally(_ index: Int, _ what: String) throws {
        let former = place(of: index)
        guard let source = pick(current.filter { $0 != index }) else { return }
        let info = try participants[source].member.publishedGroupInfo()
        let leaving = (delivery.proposals[delivery.head] ?? []).filter { message in
            guard case .publicMessage(let message) = message else { return false }
            return message.content.body == .proposal(.selfRemove) && message.content.sender.leafIndex != former
        }
        let (takesLeaving, injects, isLate) = (chance(oneIn: 2), chance(oneIn: 3), chance(oneIn: 4))
        if chance(oneIn: 2) { participants[index].member.signer = try participants[index].newSigner() }
        let staged = try participants[index].member.stageExternalJoin(info, replacing: former) {
            if takesLeaving { $0.selfRemoves = leaving }
            $0.preSharedKeys = Self.preSharedKeys
            if injects { $0.injecting = [.external(id: [1])] }
        }
        participants[index].member.state = nil
        participants[index].staged = nil
        participants[index].invitation = nil
        // Somebody else may commit in the meantime.
        if isLate, let rival = pick(current) { try commit(rival) }
        guard try send(staged, from: index) else {
            note("external lost", "\(participants[index].name) \(what), too late")
            return
        }
        note(what, "\(participants[index].name) \(what) in epoch \(staged.merged.epoch)")
        participants[index].begin(in: staged.merged)
        try enter(index)
    }
}
