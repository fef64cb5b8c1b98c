import MLS
import MLSCodec

/// What is said, and who can read it.
extension RandomHistory {
    private static let paddings: [PaddingPolicy] = [.none, .padme, .multiple(of: 16), .multiple(of: 100)]

    mutating func padding() -> PaddingPolicy { pick(Self.paddings) ?? .none }

    /// Makes an application message.
    mutating func say(_ index: Int) throws -> MLSMessage {
        let text = "\(participants[index].name) says \(sayings.count)"
        let message = try participants[index].member.encrypt(text, padding: padding())
        let group = try participants[index].member.group
        let generation = generations[group.epoch]?[group.ownLeafIndex] ?? 0
        generations[group.epoch, default: [:]][group.ownLeafIndex] = generation + 1
        sayings[message] = Saying(
            text: text, epoch: group.epoch, sender: group.ownLeafIndex, generation: generation)
        note("said", "\(text) in epoch \(group.epoch)")
        return message
    }

    /// Reads an application message, or refuses it with the one reason that there is.
    mutating func hear(_ message: MLSMessage, by index: Int) throws {
        guard var group = participants[index].member.state, let said = sayings[message] else { return }
        let name = participants[index].name
        let before = group.encodedState
        let expected = refusal(of: said, by: index, in: group)
        let isOver = group.reInit != nil
        do {
            let received = try MLSMessage(decoding: message.encoded)
            if isOver, case .success = Result(catching: { try group.process(received) }) {
                throw HistoryFailure("\(name) processes a message to a group that is over")
            }
            try check(isOver ? try group.read(received) : try Self.read(received, in: &group), said, by: name)
            guard expected == nil else {
                throw HistoryFailure("\(name) reads '\(said.text)', for which it has no key")
            }
            guard (group.encodedState != before) == participants[index].deletesKeys else {
                throw HistoryFailure("\(name) has kept a key, or deleted one that it wants to keep")
            }
            participants[index].member.state = group
            note(said.epoch == group.epoch ? "read" : "read in a past epoch", "\(name) reads '\(said.text)'")
        } catch let error as MLSError {
            guard group.encodedState == before else {
                throw HistoryFailure("\(name) is changed by a message that it refuses: \(error)")
            }
            guard error.code == expected else {
                let right = expected.map { "with \($0)" } ?? "not at all"
                throw HistoryFailure(
                    "\(name) refuses '\(said.text)' of epoch \(said.epoch) with \(error), and should \(right)")
            }
            note("refused: \(error.code)", "\(name) refuses '\(said.text)' of epoch \(said.epoch): \(error)")
            try readFromRecord(message, said, by: index)
        }
    }

    private static func read(_ message: MLSMessage, in group: inout Group) throws -> ApplicationMessage {
        guard case .application(let application) = try group.process(message) else {
            throw HistoryFailure("what was said is a proposal or commit")
        }
        return application
    }

    /// The reason to refuse a message; `nil` if it must be read.
    private mutating func refusal(of said: Saying, by index: Int, in group: Group) -> MLSError.Code? {
        if participants[index].deletesKeys {
            // The key went with the sending.
            if said.sender == group.ownLeafIndex, said.epoch == group.epoch { return .ownMessage }
            return participants[index].expectedKeys?.take(said)
        }
        return said.epoch == group.epoch ? nil : .wrongEpoch
    }

    private func check(_ application: ApplicationMessage, _ said: Saying, by name: String) throws {
        guard application.data == Array(said.text.utf8), application.epoch == said.epoch,
            application.sender == said.sender,
            application.senderCredential.basicIdentity.map({ String(decoding: $0, as: UTF8.self) })
                == "test:\(said.text.prefix { $0 != " " })"
        else { throw HistoryFailure("\(name) reads something else than '\(said.text)'") }
    }

    /// The record of an epoch reads what was said in it exactly if its keys stay derivable.
    private mutating func readFromRecord(_ message: MLSMessage, _ said: Saying, by index: Int) throws {
        let participant = participants[index]
        guard let record = participant.records[said.epoch] else { return }
        let read = Result {
            try record.decrypt(message, roster: participant.roster, provider: participant.member.provider)
        }
        switch read {
        case .success(let application):
            try check(application, said, by: participant.name)
            guard !participant.deletesKeys else { throw HistoryFailure("\(participant.name) has not deleted its keys") }
            note("read late", "\(participant.name) reads '\(said.text)' of epoch \(said.epoch)")
        case .failure(let error):
            guard participant.deletesKeys else { throw error }
        }
    }
}
