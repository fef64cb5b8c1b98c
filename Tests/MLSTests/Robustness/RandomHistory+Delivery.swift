import MLS
import MLSCodec
import MLSCrypto

/// What arrives: late, twice, in another order, or not at all.
extension RandomHistory {
    /// Sends a message to all others that have a group, over a network that loses and repeats.
    mutating func broadcast(_ message: MLSMessage, from sender: Int?) {
        for index in active where index != sender {
            if chance(oneIn: 6) { continue }
            participants[index].inbox.append(message)
            if chance(oneIn: 8) { participants[index].inbox.append(message) }
        }
    }

    /// One of the messages in a participant's inbox, whichever.
    mutating func deliver(to index: Int) throws {
        guard !participants[index].inbox.isEmpty else { return }
        let message = participants[index].inbox.remove(at: below(participants[index].inbox.count))
        guard var group = participants[index].member.state, let header = message.header else { return }
        guard header.contentType != .application else { return try hear(message, by: index) }
        let name = participants[index].name
        let before = group.encodedState
        do {
            switch try group.process(try MLSMessage(decoding: message.encoded), preSharedKeys: Self.preSharedKeys) {
            case .application:
                throw HistoryFailure("a proposal or commit is application data")
            case .proposal:
                try accepted(message, by: index)
                note("proposal received", "\(name) receives a proposal of epoch \(header.epoch)")
            case .commit(let staged):
                // Whether it was accepted, only the delivery service knows.
                guard group.encodedState == before else { throw HistoryFailure("a staged commit changed the group") }
                guard delivery.commits[header.epoch] == message else {
                    note("commit dropped", "\(name) drops a commit of epoch \(header.epoch) that lost")
                    break
                }
                try group.merge(staged)
                participants[index].member.state = group
                note("commit received", "\(name) receives the commit of epoch \(header.epoch)")
                try enter(index)
                return
            }
            participants[index].member.state = group
        } catch let error as MLSError {
            guard group.encodedState == before else {
                throw HistoryFailure("\(name) is changed by a message that it refuses: \(error)")
            }
            try checkRefusal(error, of: message, header, by: index, in: group)
        }
    }

    /// Whether an encrypted proposal was accepted before by somebody who has deleted its key since.
    private func isUsed(_ message: MLSMessage, by index: Int) -> Bool {
        participants[index].deletesKeys && participants[index].acceptedProposals.contains(message.encoded)
    }

    private mutating func accepted(_ proposal: MLSMessage, by index: Int) throws {
        guard !isUsed(proposal, by: index) else {
            throw HistoryFailure("\(participants[index].name) uses a key twice")
        }
        if case .privateMessage = proposal { participants[index].acceptedProposals.insert(proposal.encoded) }
    }

    /// A refusal must have its reason.
    private mutating func checkRefusal(
        _ error: MLSError, of message: MLSMessage, _ header: MLSMessage.Header, by index: Int, in group: Group
    ) throws {
        let name = participants[index].name
        guard group.reInit == nil else {
            guard error == MLSError(.reInitialized) else {
                throw HistoryFailure("\(name) refuses a message to a group that is over with: \(error)")
            }
            return
        }
        guard header.epoch == group.epoch else {
            guard error == MLSError(.wrongEpoch) else {
                throw HistoryFailure("\(name) refuses a message of another epoch with: \(error)")
            }
            note("stale", "\(name) is in epoch \(group.epoch), a message in \(header.epoch)")
            return
        }
        if header.contentType == .proposal, error == MLSError(.usedKey), isUsed(message, by: index) {
            note("proposal twice", "\(name) receives an encrypted proposal again")
            return
        }
        // Its own commit, and one that refers to what was lost.
        guard header.contentType == .commit, [.ownMessage, .unknownProposal].contains(error.code) else {
            throw HistoryFailure("\(name) refuses a message of its epoch: \(error)")
        }
    }

    /// Takes the accepted commit of a participant's epoch from the delivery service.
    ///
    /// - Returns: whether there was one.
    mutating func catchUp(_ index: Int) throws -> Bool {
        guard var group = participants[index].member.state, let message = delivery.commits[group.epoch] else {
            return false
        }
        let name = participants[index].name
        note("caught up", "\(name) fetches the commit of epoch \(group.epoch)")
        if let own = participants[index].staged, own.message == message {
            try group.merge(own)
        } else {
            // What it refers to may have been lost.
            if case .failure(let error as MLSError) = Result(catching: {
                try group.process(message, preSharedKeys: Self.preSharedKeys)
            }) {
                guard error == MLSError(.unknownProposal) else {
                    throw HistoryFailure("\(name) refuses the commit of epoch \(group.epoch): \(error)")
                }
                try fetchProposals(index, in: &group)
            }
            guard case .commit(let staged) = try group.process(message, preSharedKeys: Self.preSharedKeys) else {
                throw HistoryFailure("the accepted commit is none")
            }
            try group.merge(staged)
        }
        participants[index].member.state = group
        try enter(index)
        return true
    }

    /// Takes what was proposed in a participant's epoch from the delivery service.
    mutating func fetchProposals(_ index: Int, in group: inout Group) throws {
        for proposal in delivery.proposals[group.epoch] ?? [] {
            do {
                _ = try group.process(proposal)
                try accepted(proposal, by: index)
            } catch let error as MLSError {
                // A member that deletes its keys can read neither its own again, nor others' twice.
                guard participants[index].deletesKeys, case .privateMessage = proposal,
                    error.code == .ownMessage || error.code == .usedKey && isUsed(proposal, by: index)
                else { throw error }
            }
        }
        note(
            "fetched proposals", "\(participants[index].name) fetches the proposals of epoch \(group.epoch)")
    }

    mutating func acceptInvitation(_ index: Int) throws {
        guard let invitation = participants[index].invitation, invitation.continuedEpoch == nil else { return }
        participants[index].invitation = nil
        guard participants[index].member.state == nil else { return }
        participants[index].begin(in: try join(invitation, index))
        note("joined", "\(participants[index].name) joins in epoch \(participants[index].epoch ?? 0)")
        try enter(index)
    }

    /// Opens an invitation.
    ///
    /// - Parameter previous: the group that the new one continues or branches from, if it does.
    func join(
        _ invitation: Participant.Invitation, _ index: Int, continuing previous: Group? = nil,
        preSharedKeys: PreSharedKeys = [:]
    ) throws -> Group {
        let provider = participants[index].member.provider
        let own = participants[index].keyPackages.first {
            invitation.welcome.newMembers.contains($0.keyPackage.reference(provider: provider))
        }
        guard let own else { throw HistoryFailure("a Welcome for a KeyPackage that nobody has") }
        return try Group.join(
            invitation.welcome, keyPackage: own.keyPackage, privateKeys: own.privateKeys,
            ratchetTree: invitation.ratchetTree,
            preSharedKeys: Self.preSharedKeys.merging(preSharedKeys) { known, _ in known }, continuing: previous,
            settings: participants[index].member.settings, provider: provider)
    }

    /// Goes on from the stored form, as after a restart.
    mutating func reload(_ index: Int) throws {
        guard let group = participants[index].member.state else { return }
        let loaded = try Group(decodingState: group.encodedState, providers: CipherSuiteProviders.provider(for:))
        guard loaded == group else { throw HistoryFailure("a stored group is another one") }
        participants[index].member.state = loaded
        note("reloaded", "\(participants[index].name) starts again from what it stored")
    }
}
