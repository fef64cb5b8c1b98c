/// A step of an operation that no machine asks for: it comes before or after one, or the operation has no other choice.
package enum LooseStep: String, ActionKind {
    /// Signing up and in: what the device remembers of the servers, then the session.
    case pinServers
    case saveSession
    /// Proposals of one's own: the head with the proposal, and then the proposal itself.
    case writeProposal
    case postProposal
    /// Sending: the ciphertext goes to the messenger.
    case handOver
    /// Reading: the device remembers what was shown.
    case markRead

    var name: String { "\(Self.self).\(rawValue)" }
}
