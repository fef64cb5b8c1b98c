import MLS
import MLSCrypto
import Testing

/// Pre-shared keys in commits and Welcomes (RFC 9420 §8.4, §12.1.4).
@Suite struct PreSharedKeyTests {
    private let id = PreSharedKeyID.Key.external(id: [1, 2])
    private let keys: PreSharedKeys = [.external(id: [1, 2]): SecretBytes([7, 7, 7])]

    @Test(arguments: TestMember.suites, [false, true])
    func allWhoHaveTheKeyAgree(_ suite: CipherSuite, _ byReference: Bool) throws {
        var group = try TestGroup(["a", "b"], suite)
        var joiner = try TestMember("c", suite)
        let own = try joiner.keyPackage()
        if byReference {
            try group.propose(1) { try $0.proposePreSharedKey(id, framing: $1, signer: $2) }
        }
        let staged = try group.members[0].commit(adding: [own.keyPackage]) {
            $0.injecting = byReference ? [] : [id]
            $0.preSharedKeys = keys
        }
        #expect(staged.proposals.contains { $0.proposal.type == .preSharedKey })

        var member = try group.members[1].group
        #expect(throws: MLSError(.missingKey)) { try member.process(staged.message) }
        #expect(throws: MLSError(.authenticationFailed)) {
            try member.process(staged.message, preSharedKeys: [id: SecretBytes([8])])
        }
        guard case .commit(let received) = try member.process(staged.message, preSharedKeys: keys) else {
            Issue.record("not a commit")
            return
        }
        try member.merge(received)
        group.members[1].state = member

        guard case .welcome(let welcome)? = staged.welcome else {
            Issue.record("not a Welcome")
            return
        }
        func join(_ keys: PreSharedKeys) throws -> Group {
            try Group.join(
                welcome, keyPackage: own.keyPackage, privateKeys: own.privateKeys, preSharedKeys: keys,
                settings: .rederivable, provider: joiner.provider)
        }
        #expect(throws: MLSError(.missingKey)) { try join([:]) }
        #expect(throws: MLSError(.authenticationFailed)) { try join([id: SecretBytes([8])]) }
        joiner.state = try join(keys)
        group.members.append(joiner)
        try group.expectAgreement()
    }

    @Test func theEpochsOwnResumptionKeyIsAtHand() throws {
        var group = try TestGroup(["a", "b"])
        let id = try group.members[0].group.resumptionKeyID
        let staged = try group.members[0].commit { $0.injecting = [id] }
        try group.deliver(staged.message, from: 0)
        try group.expectAgreement()
    }

    @Test func aPastEpochsResumptionKeyIsTheCallersToKeep() throws {
        var group = try TestGroup(["a", "b"])
        let id = try group.members[0].group.resumptionKeyID
        let kept: PreSharedKeys = [id: try group.members[0].group.resumptionPSK]
        let first = try group.members[0].commit()
        try group.deliver(first.message, from: 0)
        let second = try group.members[0].commit {
            $0.injecting = [id]
            $0.preSharedKeys = kept
        }
        #expect(throws: MLSError(.missingKey)) { try group.members[1].receive(second.message) }
        var member = try group.members[1].group
        guard case .commit(let received) = try member.process(second.message, preSharedKeys: kept) else {
            Issue.record("not a commit")
            return
        }
        try group.members[1].state?.merge(received)
        try group.expectAgreement()
    }

    @Test func invalidKeys() throws {
        var group = try TestGroup(["a", "b"])
        #expect(throws: MLSError(.missingKey)) { try group.members[0].stage { $0.injecting = [id] } }
        for usage in [ResumptionPSKUsage.reInit, .branch] {
            #expect(throws: MLSError(.invalidProposal)) {
                try group.members[0].stage {
                    $0.injecting = [.resumption(usage: usage, groupID: [1], epoch: 0)]
                }
            }
        }
    }

    /// A pending one that the committer does not have is left out: another member may commit it.
    @Test func aPendingKeyThatIsNotAtHandIsLeftOut() throws {
        var group = try TestGroup(["a", "b"])
        try group.propose(1) { try $0.proposePreSharedKey(id, framing: $1, signer: $2) }
        #expect(try group.members[0].stage().proposals.isEmpty)
        #expect(try group.members[0].stage { $0.preSharedKeys = keys }.proposals.count == 1)
    }
}
