import MLS

/// A delivery service as RFC 9420 §14 and RFC 9750 §5 want it: of the commits of an epoch it accepts one, keeps it, and gives
/// it to whoever asks. All else it may lose.
struct TestDelivery {
    /// The accepted commit of each epoch, in order.
    private(set) var commits: [UInt64: MLSMessage] = [:]
    /// What was proposed in each epoch.
    private(set) var proposals: [UInt64: [MLSMessage]] = [:]
    /// The epoch that has no commit yet.
    private(set) var head: UInt64

    init(head: UInt64) { self.head = head }

    /// Whether it is the first of its epoch; also when it comes again.
    mutating func accept(_ commit: MLSMessage) -> Bool {
        guard let epoch = commit.header?.epoch, epoch == head else {
            return commit.header.flatMap { commits[$0.epoch] } == commit
        }
        commits[head] = commit
        head += 1
        return true
    }

    mutating func keep(_ proposal: MLSMessage) {
        if let epoch = proposal.header?.epoch { proposals[epoch, default: []].append(proposal) }
    }
}
