import Synchronization

/// How far the ratchets of one epoch were followed, so that the next message of a sender costs one step and not the way
/// from the root of the secret tree.
///
/// It is a memory and nothing else, shared by all copies of a group's state: every key can be derived without it, since
/// the epoch's secret is kept. What lies before the place that it remembers is derived from the beginning.
final class FollowedRatchets: Sendable {
    private struct Place: Hashable {
        var leaf: LeafIndex
        var kind: RatchetKind
    }

    private let ratchets = Mutex<[Place: HashRatchet]>([:])

    /// Generations that the memory goes forward by at once: whoever forges a message far ahead, which any member can for
    /// any other (RFC 9420 §6.3.2), must not take it away from the others' messages.
    private static let reach: UInt32 = 256

    /// The key and nonce of one message.
    ///
    /// - Parameters:
    ///   - tree: that of the epoch, which is asked for where the memory does not help.
    ///   - limit: the highest generation that may be asked for; a higher one is refused before anything is derived.
    /// - Throws: `generationTooHigh`, or `unknownMember` for a leaf outside of the tree.
    func keyAndNonce(
        leaf: LeafIndex, kind: RatchetKind, generation: UInt32, limit: UInt32, provider: some CipherSuiteProvider,
        tree: () throws(MLSError) -> SecretTree
    ) throws(MLSError) -> (key: SecretBytes, nonce: SecretBytes) {
        guard generation <= limit else { throw MLSError(.generationTooHigh, "\(generation)") }
        let place = Place(leaf: leaf, kind: kind)
        let known = ratchets.withLock { $0[place] }
        var ratchet: HashRatchet
        if let known, known.generation <= generation {
            ratchet = known
        } else {
            ratchet = try tree().ratchet(of: leaf, kind, provider: provider)
        }
        let keys = try ratchet.keyAndNonce(generation: generation, limit: limit, provider: provider)
        let remembered = known?.generation ?? 0
        if generation >= remembered, generation - remembered <= Self.reach {
            ratchets.withLock { $0[place] = ratchet }
        }
        return keys
    }
}
