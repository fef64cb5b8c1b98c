import MLS

/// One member's group: its present state, a commit that waits, and what it takes to read past epochs.
struct PeerGroup: Sendable {
    /// The client's name in the session.
    let client: String
    private(set) var group: Group
    /// The commit that `merge` takes over, one's own or a received one.
    private(set) var staged: StagedCommit?
    /// The own leaf's key pair, and those of Updates and commits that may follow it.
    private var signers: [SignatureKeyPair]
    /// The next generations of the two ratchets in this epoch (RFC 9420 §9.1).
    private var nextHandshake: UInt32 = 0
    private var nextApplication: UInt32 = 0
    private var records: [UInt64: EpochRecord] = [:]
    private var roster = Roster()

    init(_ group: Group, client: String, signer: SignatureKeyPair) {
        self.client = client
        self.group = group
        signers = [signer]
        remember()
    }

    /// The key pair of the own leaf.
    ///
    /// - Throws: `absent` for a leaf whose key this session did not make.
    var signer: SignatureKeyPair {
        get throws(PeerError) {
            let own = group.member(at: group.ownLeafIndex)?.signatureKey
            guard let signer = signers.first(where: { $0.publicKey == own }) else {
                throw PeerError(.absent, "the session does not have the private key of this member's leaf")
            }
            return signer
        }
    }

    /// How the next handshake message goes; a private one takes a generation.
    mutating func framing(isPublic: Bool) -> HandshakeFraming {
        if isPublic { return .publicMessage }
        defer { nextHandshake += 1 }
        return .privateMessage(generation: nextHandshake)
    }

    /// A generation for an application message: the next one, or a later one that is asked for.
    ///
    /// - Throws: `usage` for one that may have been used.
    mutating func applicationGeneration(_ wanted: UInt32?) throws(PeerError) -> UInt32 {
        let generation = wanted ?? nextApplication
        guard generation >= nextApplication, generation < .max else {
            throw PeerError(.usage, "generation \(generation) may have been used")
        }
        nextApplication = generation + 1
        return generation
    }

    /// Does something to the group that `body` may refuse; a key pair that the own leaf may have later is kept.
    mutating func update<Result>(
        newSigner: SignatureKeyPair? = nil, _ body: (inout Group) throws -> Result
    ) rethrows -> Result {
        if let newSigner { signers.append(newSigner) }
        return try body(&group)
    }

    mutating func stage(_ commit: StagedCommit) { staged = commit }

    /// - Throws: `absent` if no commit is staged.
    mutating func merge() throws {
        guard let staged else { throw PeerError(.absent, "there is no staged commit") }
        try group.merge(staged)
        self.staged = nil
        (nextHandshake, nextApplication) = (0, 0)
        signers = [try signer]
        remember()
    }

    /// - Throws: `absent` if no commit is staged.
    mutating func discard() throws(PeerError) {
        guard staged != nil else { throw PeerError(.absent, "there is no staged commit") }
        staged = nil
    }

    /// Reads an application message of any epoch that this member was in.
    func read(_ message: MLSMessage) throws -> ApplicationMessage {
        guard let epoch = message.header?.epoch, epoch != group.epoch, let record = records[epoch] else {
            return try group.decrypt(message)
        }
        return try record.decrypt(message, roster: roster, provider: group.provider)
    }

    private mutating func remember() {
        guard !group.isRemoved else { return }
        records[group.epoch] = group.epochRecord
        roster.record(group)
    }
}
