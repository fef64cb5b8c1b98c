import MLS
import MLSCrypto
import Testing

/// Members change by value and by reference, and all agree afterwards (RFC 9420 §12).
@Suite struct CommitTests {
    @Test(arguments: TestMember.suites, [false, true])
    func addUpdateRemoveByValue(_ suite: CipherSuite, _ isPublic: Bool) throws {
        var group = try TestGroup(["a", "b", "c"], suite)
        try group.expectAgreement()

        var dora = try TestMember("d", suite)
        let own = try dora.keyPackage()
        let added = try group.members[1].commit(adding: [own.keyPackage], public: isPublic)
        try group.deliver(added.message, from: 1)
        try dora.join(added, with: own)
        group.members.append(dora)
        try group.expectAgreement()
        #expect(try group.members[0].group.members.map(\.credential) == group.members.map(\.credential))

        // An empty commit renews the committer's path.
        let renewed = try group.members[3].commit(public: isPublic)
        #expect(renewed.proposals.isEmpty)
        try group.deliver(renewed.message, from: 3)
        try group.expectAgreement()

        let removed = try group.members[0].commit(removing: [LeafIndex(1)], public: isPublic)
        let remaining = [0, 2, 3]
        for index in remaining.dropFirst() {
            guard case .commit(let staged) = try group.members[index].receive(removed.message) else {
                Issue.record("not a commit")
                return
            }
            #expect(staged.removed.map(\.leafIndex) == [LeafIndex(1)])
            #expect(staged.updated.map(\.leafIndex) == [LeafIndex(0)])
            #expect(!staged.removesOwnLeaf)
        }
        group.members.remove(at: 1)
        try group.expectAgreement()
    }

    @Test(arguments: TestMember.suites, [false, true])
    func addUpdateRemoveByReference(_ suite: CipherSuite, _ isPublic: Bool) throws {
        var group = try TestGroup(["a", "b", "c", "d"], suite)
        var eve = try TestMember("e", suite)
        let own = try eve.keyPackage()

        try group.propose(1, public: isPublic) { try $0.proposeUpdate(framing: $1, signer: $2) }
        try group.propose(2, public: isPublic) {
            try $0.proposeAdd(own.keyPackage, policy: TestMember.policy, framing: $1, signer: $2)
        }
        try group.propose(0, public: isPublic) { try $0.proposeRemove(LeafIndex(3), framing: $1, signer: $2) }
        for member in group.members { #expect(try member.group.pendingProposals.count == 3) }

        let staged = try group.members[2].commit(public: isPublic)
        #expect(staged.proposals.count == 3)
        #expect(staged.proposals.allSatisfy { $0.reference != nil })
        for index in [0, 1] { try group.members[index].receive(staged.message) }
        guard case .commit(let seen) = try group.members[3].receive(staged.message) else {
            Issue.record("not a commit")
            return
        }
        #expect(seen.removesOwnLeaf)
        try eve.join(staged, with: own)
        group.members[3] = eve
        try group.expectAgreement()
        #expect(try group.members[0].group.pendingProposals.isEmpty)
        // The update is the leaf's last word.
        let leaf = try #require(try group.members[0].group.member(at: LeafIndex(1)))
        #expect(leaf.leafNode.source.isUpdate)
    }

    @Test(arguments: TestMember.suites)
    func aSignatureKeyChangesWithUpdateOrPath(_ suite: CipherSuite) throws {
        var group = try TestGroup(["a", "b", "c"], suite)
        let provider = group.members[0].provider

        let forPath = try provider.generateSignatureKeyPair()
        let staged = try group.members[0].commit {
            $0.leafUpdate = LeafUpdate(signer: forPath, credential: .basic(identity: [7]))
        }
        group.members[0].signer = forPath
        try group.deliver(staged.message, from: 0)
        try group.expectAgreement()
        #expect(try group.members[1].group.member(at: LeafIndex(0))?.credential == .basic(identity: [7]))

        let forUpdate = try provider.generateSignatureKeyPair()
        try group.propose(1) { try $0.proposeUpdate(LeafUpdate(signer: forUpdate), framing: $1, signer: $2) }
        let commit = try group.members[2].commit()
        try group.deliver(commit.message, from: 2)
        group.members[1].signer = forUpdate
        try group.expectAgreement()
        #expect(try group.members[0].group.member(at: LeafIndex(1))?.signatureKey == forUpdate.publicKey)
    }

    @Test func anAddNeedsNoPathUnlessAsked() throws {
        var group = try TestGroup(["a", "b"])
        let one = try TestMember("c", group.members[0].provider.cipherSuite).keyPackage()
        let without = try group.members[0].stage(adding: [one.keyPackage])
        #expect(without.updated.isEmpty)
        let with = try group.members[0].stage(adding: [one.keyPackage]) { $0.forcesPath = true }
        #expect(with.updated.map(\.leafIndex) == [LeafIndex(0)])
    }

    /// Abandoning is not merging: the group is the same value as before, and another commit can follow.
    @Test func anAbandonedCommitLeavesTheGroupAsItWas() throws {
        var group = try TestGroup(["a", "b", "c"])
        let before = try group.members[0].group
        let abandoned = try group.members[0].stage(removing: [LeafIndex(1)])
        #expect(try group.members[0].group == before)
        #expect(abandoned.merged != before)

        let winner = try group.members[1].commit()
        try group.deliver(winner.message, from: 1)
        try group.expectAgreement()
        // What was staged in an epoch that is over cannot be merged any more.
        #expect(throws: MLSError(.wrongEpoch)) { try group.members[0].state?.merge(abandoned) }
        #expect(throws: MLSError(.wrongEpoch)) { try group.members[1].receive(abandoned.message) }
    }

    @Test func processingDoesNotMerge() throws {
        var group = try TestGroup(["a", "b"])
        let commit = try group.members[0].commit()
        var state = try group.members[1].group
        let before = state
        _ = try state.process(commit.message)
        #expect(state == before)
    }

    @Test func ownCommitsAreToldApart() throws {
        var group = try TestGroup(["a", "b"])
        let staged = try group.members[0].stage()
        #expect(throws: MLSError(.ownMessage)) { try group.members[0].receive(staged.message) }
    }

    @Test func authenticatedDataIsReadableAndSigned() throws {
        var group = try TestGroup(["a", "b"])
        let staged = try group.members[0].stage { $0.authenticatedData = [1, 2, 3] }
        #expect(staged.message.header?.authenticatedData == [1, 2, 3])
        guard case .privateMessage(var message) = staged.message else {
            Issue.record("not a PrivateMessage")
            return
        }
        message.authenticatedData = [1, 2, 4]
        #expect(throws: MLSError(.authenticationFailed)) {
            try group.members[1].receive(.privateMessage(message))
        }
        guard case .commit(let received) = try group.members[1].receive(staged.message) else {
            Issue.record("not a commit")
            return
        }
        #expect(received.authenticatedData == [1, 2, 3])
    }

    /// Members come and go at random places; the tree grows, shrinks, and has holes.
    @Test(arguments: 0..<4)
    func randomHistories(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var group = try TestGroup(["0", "1"])
        let suite = group.members[0].provider.cipherSuite
        var names = 2
        for _ in 0..<14 {
            let sender = Int.random(in: group.members.indices, using: &generator)
            var joining: [(member: TestMember, own: (keyPackage: KeyPackage, privateKeys: KeyPackagePrivateKeys))] = []
            for _ in 0..<Int.random(in: 0...2, using: &generator) {
                let member = try TestMember("\(names)", suite)
                joining.append((member, try member.keyPackage()))
                names += 1
            }
            var leaving: [Int] = []
            if group.members.count > 2, Bool.random(using: &generator) {
                leaving = [group.members.indices.filter { $0 != sender }.randomElement(using: &generator)].compactMap(
                    \.self)
            }
            let removing = try leaving.map { try group.members[$0].group.ownLeafIndex }
            let staged = try group.members[sender].commit(
                adding: joining.map(\.own.keyPackage), removing: removing, public: Bool.random(using: &generator)
            ) { $0.forcesPath = Bool.random(using: &generator) }
            try group.deliver(staged.message, from: sender)
            for index in leaving {
                #expect(try group.members[index].group.isRemoved)
                group.members.remove(at: index)
            }
            for (member, own) in joining {
                var member = member
                try member.join(staged, with: own)
                group.members.append(member)
            }
        }
        try group.expectAgreement()
    }

    @Test func aCommitFromAnotherBranchIsNotMerged() throws {
        var group = try TestGroup(["a", "b"])
        let first = try group.members[0].stage()
        let second = try group.members[0].stage()
        var branch = try group.members[0].group
        try branch.merge(second)
        try group.members[0].state?.merge(first)
        let next = try group.members[0].stage()
        let before = branch
        #expect(throws: MLSError(.wrongEpoch)) { try branch.merge(next) }
        #expect(branch == before)
        try group.members[0].state?.merge(next)
    }
}
