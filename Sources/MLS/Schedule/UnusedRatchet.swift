package import MLSCodec

/// What is left of a ratchet: the secret of its next generation, and the keys of those that were skipped (RFC 9420 §9.2).
package struct UnusedRatchet: Hashable, Sendable, MLSStruct {
    /// The key of a message that was overtaken by a later one.
    package struct SkippedKey: Hashable, Sendable, MLSStruct {
        let generation: UInt32
        let key: MessageKey

        package static let layout: StructLayout<Self, UInt32, MessageKey> = StructLayout(\.generation, \.key) {
            Self(generation: $0, key: $1)
        }
    }

    var next: HashRatchet
    /// In the order of their generations.
    private(set) var skipped: [SkippedKey] = []

    init(next: HashRatchet) {
        self.next = next
    }

    package static let layout: StructLayout<Self, HashRatchet, [SkippedKey]> = StructLayout(\.next, \.skipped) {
        var ratchet = Self(next: $0)
        ratchet.skipped = $1
        return ratchet
    }

    /// Takes the key of a generation out.
    ///
    /// - Parameter limit: how far it may be ahead, and how many skipped keys are kept; the oldest go first.
    /// - Throws: `usedKey`, `generationTooHigh`.
    mutating func take(
        _ generation: UInt32, limit: UInt32, provider: some CipherSuiteProvider
    ) throws(MLSError) -> MessageKey {
        guard generation >= next.generation else {
            guard let index = skipped.firstIndex(where: { $0.generation == generation }) else {
                throw MLSError(.usedKey, "generation \(generation)")
            }
            return skipped.remove(at: index).key
        }
        guard generation - next.generation <= limit else { throw MLSError(.generationTooHigh, "\(generation)") }
        while next.generation < generation {
            skipped.append(SkippedKey(generation: next.generation, key: try next.take(provider: provider)))
        }
        if skipped.count > Int(limit) { skipped.removeFirst(skipped.count - Int(limit)) }
        return try next.take(provider: provider)
    }
}
