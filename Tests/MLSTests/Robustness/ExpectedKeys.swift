import MLS

/// What a member that deletes its keys can still read (RFC 9420 §9.2, §15.3), counted without any keys.
struct ExpectedKeys {
    private struct Ratchet {
        var next: UInt32 = 0
        var skipped: [UInt32] = []
    }

    /// An epoch that can be read in, and how far each sender's ratchet was followed.
    private struct Epoch {
        let number: UInt64
        var ratchets: [LeafIndex: Ratchet] = [:]
    }

    private let pastEpochs: UInt8
    private let skippedGenerations: UInt32
    private var epochs: [Epoch] = []

    /// `nil` for groups whose keys stay derivable.
    init?(_ retention: KeyRetention) {
        guard case .strict(let pastEpochs, let skippedGenerations) = retention else { return nil }
        self.pastEpochs = pastEpochs
        self.skippedGenerations = skippedGenerations
    }

    mutating func begin(_ epoch: UInt64) {
        epochs = (epochs + [Epoch(number: epoch)]).suffix(Int(pastEpochs) + 1)
    }

    /// Why a message must be refused; `nil` if it must be read, and its key is gone then.
    mutating func take(_ said: RandomHistory.Saying) -> MLSError.Code? {
        guard let place = epochs.firstIndex(where: { $0.number == said.epoch }) else { return .wrongEpoch }
        var ratchet = epochs[place].ratchets[said.sender] ?? Ratchet()
        if said.generation < ratchet.next {
            guard let skipped = ratchet.skipped.firstIndex(of: said.generation) else { return .usedKey }
            ratchet.skipped.remove(at: skipped)
        } else {
            guard said.generation - ratchet.next <= skippedGenerations else { return .generationTooHigh }
            ratchet.skipped = (ratchet.skipped + (ratchet.next..<said.generation)).suffix(Int(skippedGenerations))
            ratchet.next = said.generation + 1
        }
        epochs[place].ratchets[said.sender] = ratchet
        return nil
    }
}
