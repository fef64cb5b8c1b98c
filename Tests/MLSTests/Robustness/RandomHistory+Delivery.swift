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
        let name = participants[index].name
        let before = group.encodedState
        do {
            let received = try MLSMessage(decoding: message.encoded)
            switch try group.process(received, preSharedKeys: Self.preSharedKeys) {
            case .application(let application):
                guard group.encodedState == before else { throw HistoryFailure("reading changed the group") }
                try check(application)
                note("read", "\(name) reads in epoch \(header.epoch)")
            case .proposal:
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

    /// Every text begins with its sender's name.
    private func check(_ application: ApplicationMessage) throws {
        let text = String(decoding: application.data, as: UTF8.self)
        let name = application.senderCredential.basicIdentity.map { String(decoding: $0, as: UTF8.self) } ?? ""
        guard text.hasPrefix("\(name.dropFirst("test:".count)) says ") else {
            throw HistoryFailure("'\(text)' comes from \(name)")
        }
    }

    /// A refusal must have its reason; and what was said in an epoch that is over can be read from its record.
    private mutating func checkRefusal(
        _ error: MLSError, of message: MLSMessage, _ header: MLSMessage.Header, by index: Int, in group: Group
    ) throws {
        let participant = participants[index]
        guard header.epoch != group.epoch else {
            // Its own commit, and one that refers to what was lost.
            guard header.contentType == .commit, [.ownMessage, .unknownProposal].contains(error.code) else {
                throw HistoryFailure("\(participant.name) refuses a message of its epoch: \(error)")
            }
            return
        }
        guard error == MLSError(.wrongEpoch) else {
            throw HistoryFailure("\(participant.name) refuses a message of another epoch with: \(error)")
        }
        note("stale", "\(participant.name) is in epoch \(group.epoch), a message in \(header.epoch)")
        guard header.contentType == .application, let record = participant.records[header.epoch] else { return }
        let late = try record.decrypt(message, roster: participant.roster, provider: participant.member.provider)
        try check(late)
        note("read late", "\(participant.name) reads a message of epoch \(header.epoch)")
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
                for proposal in delivery.proposals[group.epoch] ?? [] { _ = try group.process(proposal) }
                note("fetched proposals", "\(name) fetches the proposals of epoch \(group.epoch)")
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

    mutating func acceptInvitation(_ index: Int) throws {
        guard let invitation = participants[index].invitation else { return }
        participants[index].invitation = nil
        guard participants[index].member.state == nil else { return }
        let provider = participants[index].member.provider
        let own = participants[index].keyPackages.first {
            invitation.welcome.newMembers.contains($0.keyPackage.reference(provider: provider))
        }
        guard let own else { throw HistoryFailure("a Welcome for a KeyPackage that nobody has") }
        participants[index].member.state = try Group.join(
            invitation.welcome, keyPackage: own.keyPackage, privateKeys: own.privateKeys,
            ratchetTree: invitation.ratchetTree, preSharedKeys: Self.preSharedKeys, settings: .rederivable,
            provider: provider)
        note("joined", "\(participants[index].name) joins in epoch \(participants[index].epoch ?? 0)")
        try enter(index)
    }

    /// Goes on from the stored form, as after a restart.
    mutating func reload(_ index: Int) throws {
        guard let group = participants[index].member.state else { return }
        let loaded = try Group(decodingState: group.encodedState, providers: SwiftCryptoProvider.provider(for:))
        guard loaded == group else { throw HistoryFailure("a stored group is another one") }
        participants[index].member.state = loaded
        note("reloaded", "\(participants[index].name) starts again from what it stored")
    }
}
