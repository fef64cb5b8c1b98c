import MLS

/// Somebody in a random history: a client with its keys, its group once it has one, and what the delivery service holds for
/// it.
struct Participant {
    /// An invitation that is on its way: a Welcome, and the tree where that lacks it.
    struct Invitation {
        var welcome: Welcome
        var ratchetTree: [UInt8]
        /// For a group that continues another one or branches from it: that one's epoch (RFC 9420 §11.2, §11.3).
        var continuedEpoch: UInt64?
    }

    var member: TestMember
    /// All that it ever had: a new one counts once it is committed.
    var signers: [SignatureKeyPair]
    /// What was not delivered yet, in no particular order.
    var inbox: [MLSMessage] = []
    var keyPackages: [(keyPackage: KeyPackage, privateKeys: KeyPackagePrivateKeys)] = []
    var invitation: Invitation?
    /// A commit that was made and whose fate is not known here.
    var staged: StagedCommit?
    /// What reads the epochs that it was a member in, if its keys stay derivable.
    var records: [UInt64: EpochRecord] = [:]
    var roster = Roster()
    /// If it deletes its keys: what it can still read.
    var expectedKeys: ExpectedKeys?
    /// Encrypted proposals of this epoch that it has accepted.
    var acceptedProposals: Set<[UInt8]> = []
    /// Resumption keys of the epochs that it was a member in (RFC 9420 §8.6).
    var resumptionKeys: PreSharedKeys = [:]

    init(_ name: String, _ suite: CipherSuite, _ settings: GroupSettings) throws {
        member = try TestMember(name, suite, extensions: [RandomHistory.known])
        member.capabilities.proposals = [.selfRemove]
        member.settings = settings
        signers = [member.signer]
    }

    var name: String { member.name }
    var epoch: UInt64? { member.state?.epoch }
    var deletesKeys: Bool { member.settings.retention != .rederivable }

    /// Another signature key, which is not used before it is committed.
    mutating func newSigner() throws -> SignatureKeyPair {
        let signer = try member.provider.generateSignatureKeyPair()
        signers.append(signer)
        return signer
    }

    /// Has a group, and no past in it.
    mutating func begin(in group: Group) {
        member.state = group
        expectedKeys = ExpectedKeys(member.settings.retention)
    }

    /// After the group went on: which key it signs with, and what reads the epoch.
    mutating func takeStock(of group: Group) throws {
        guard group.retention == member.settings.retention else {
            throw HistoryFailure("\(name)'s group keeps keys for another time than \(name) wants")
        }
        let key = group.member(at: group.ownLeafIndex)?.signatureKey
        guard let signer = signers.first(where: { $0.publicKey == key }) else {
            throw HistoryFailure("\(name)'s leaf has a key that it does not know")
        }
        member.signer = signer
        roster.record(group)
        records[group.epoch] = group.epochRecord
        resumptionKeys[group.resumptionKeyID] = group.resumptionPSK
        expectedKeys?.begin(group.epoch)
        acceptedProposals = []
        if let staged, staged.merged.epoch <= group.epoch { self.staged = nil }
    }
}

/// Something that must not happen in a history.
struct HistoryFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
