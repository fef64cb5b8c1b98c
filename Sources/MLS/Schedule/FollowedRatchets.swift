import Synchronization

/// How far the ratchets of one epoch were followed, so that the next message of a sender costs one step and not the way
/// from the root of the secret tree.
///
/// It is a memory and nothing else, shared by all copies of what holds it: every key can be derived without it, since the
/// epoch's secret is kept. What lies before the place that it remembers is derived from the beginning.
package final class FollowedRatchets: Sendable {
    /// Where a ratchet stands once a message has been read. It is worth remembering if the message was genuine.
    package struct Reached: Sendable {
        fileprivate let place: RatchetPlace
        fileprivate let ratchet: HashRatchet
    }

    private let ratchets = Mutex<[RatchetPlace: HashRatchet]>([:])

    package init() {}

    /// The key and nonce of one message, and how far its ratchet was followed for that.
    ///
    /// - Parameters:
    ///   - tree: that of the epoch, which is asked for where the memory does not help.
    ///   - limit: the highest generation that may be asked for; a higher one is refused before anything is derived.
    /// - Throws: `generationTooHigh`, or `unknownMember` for a leaf outside of the tree.
    package func keyAndNonce(
        of place: RatchetPlace, generation: UInt32, limit: UInt32, provider: some CipherSuiteProvider,
        tree: () throws(MLSError) -> SecretTree
    ) throws(MLSError) -> (key: MessageKey, reached: Reached) {
        guard generation <= limit else { throw MLSError(.generationTooHigh, "\(generation)") }
        let known = ratchets.withLock { $0[place] }
        var ratchet: HashRatchet
        if let known, known.generation <= generation {
            ratchet = known
        } else {
            ratchet = try tree().ratchet(of: place.leaf, place.kind, provider: provider)
        }
        let keys = try ratchet.keyAndNonce(generation: generation, limit: limit, provider: provider)
        return (MessageKey(key: keys.key, nonce: keys.nonce), Reached(place: place, ratchet: ratchet))
    }

    /// Remembers the place, unless it has been left behind already.
    ///
    /// Only for messages whose signature was checked: any member can claim to be another one, at a generation far ahead
    /// (RFC 9420 §6.3.2), and must not take the memory away from that one's own messages.
    package func remember(_ reached: Reached) {
        ratchets.withLock { ratchets in
            if let known = ratchets[reached.place], known.generation > reached.ratchet.generation { return }
            ratchets[reached.place] = reached.ratchet
        }
    }
}
