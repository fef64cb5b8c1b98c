import MLS
import MLSCodec
import MLSCrypto
import Synchronization
import Testing

/// Another group of some of a group's members (RFC 9420 §11.3).
@Suite struct BranchTests {
    private static let suite = CipherSuite.mls128DHKEMX25519AES128GCMSHA256Ed25519

    private func request(_ client: TestMember, _ adding: [KeyPackage]) -> SuccessorRequest {
        SuccessorRequest(
            adding: adding, credential: client.credential, signer: client.signer, capabilities: client.capabilities,
            lifetime: TestMember.lifetime)
    }

    private func welcome(_ staged: StagedCommit) throws -> Welcome {
        guard case .welcome(let welcome)? = staged.welcome else { throw MLSError(.malformed) }
        return welcome
    }

    @Test(arguments: TestMember.suites)
    func someMembersFoundAnotherGroup(_ suite: CipherSuite) throws {
        let id = PreSharedKeyID.Key.external(id: [6])
        let keys: PreSharedKeys = [id: SecretBytes([4])]
        var group = try TestGroup(["a", "b", "c"], suite, extensions: [.applicationID([3])])
        let own = try group.members[2].keyPackage()
        var wanted = request(group.members[1], [own.keyPackage])
        wanted.injecting = [id]
        wanted.preSharedKeys = keys
        wanted.includesRatchetTree = false
        let staged = try group.members[1].group.stageBranch(wanted, groupID: [5], policy: TestMember.policy)
        var branch = try TestGroup(["unused"])
        branch.members = [group.members[1], group.members[2]]
        branch.members[0].state = staged.merged
        branch.members[1].state = try Group.join(
            welcome(staged), keyPackage: own.keyPackage, privateKeys: own.privateKeys,
            ratchetTree: staged.merged.ratchetTree, preSharedKeys: keys, continuing: group.members[2].group,
            settings: .rederivable, provider: group.members[2].provider)
        try branch.expectAgreement()
        #expect(staged.merged.groupID == [5])
        #expect(staged.merged.epoch == 1)
        #expect(staged.merged.extensions == [.applicationID([3])])
        #expect(throws: MLSError(.missingKey)) {
            try Group.join(
                welcome(staged), keyPackage: own.keyPackage, privateKeys: own.privateKeys,
                ratchetTree: staged.merged.ratchetTree, continuing: group.members[2].group,
                provider: group.members[2].provider)
        }
        // Both go on.
        for index in 0..<3 {
            let commit = try group.members[index].commit()
            try group.deliver(commit.message, from: index)
        }
        let commit = try branch.members[1].commit()
        try branch.deliver(commit.message, from: 1)
        try group.expectAgreement()
        try branch.expectAgreement()
    }

    /// Who is an epoch further needs the key of the one that the branch was made in.
    @Test func aBranchOfAPastEpoch() throws {
        var group = try TestGroup(["a", "b"])
        let own = try group.members[1].keyPackage()
        let staged = try group.members[0].group.stageBranch(
            request(group.members[0], [own.keyPackage]), groupID: [5], policy: TestMember.policy)
        let past = try group.members[1].group
        let commit = try group.members[0].commit()
        try group.deliver(commit.message, from: 0)
        func join(_ keys: PreSharedKeys) throws {
            _ = try Group.join(
                welcome(staged), keyPackage: own.keyPackage, privateKeys: own.privateKeys, preSharedKeys: keys,
                continuing: group.members[1].group, provider: group.members[1].provider)
        }
        #expect(throws: MLSError(.missingKey)) { try join([:]) }
        #expect(throws: MLSError(.authenticationFailed)) { try join([past.resumptionKeyID: SecretBytes(zeros: 32)]) }
        try join([past.resumptionKeyID: past.resumptionPSK])
    }

    @Test func branchesThatCannotBeMade() throws {
        let group = try TestGroup(["a", "b"])
        let client = group.members[0]
        let stranger = try TestMember("z", Self.suite).keyPackage().keyPackage
        func stage(_ adding: [KeyPackage], groupID: [UInt8] = [5], _ name: String = "a") throws {
            var client = client
            if name != "a" { client = try TestMember(name, Self.suite) }
            _ = try group.members[0].group.stageBranch(
                request(client, adding), groupID: groupID, policy: TestMember.policy)
        }
        try stage([try group.members[1].keyPackage().keyPackage])
        #expect(throws: MLSError(.invalidGroupInfo)) { try stage([stranger]) }
        #expect(throws: MLSError(.invalidGroupInfo)) { try stage([], "z") }
        #expect(throws: MLSError(.invalidGroupInfo)) { try stage([], groupID: [1, 2, 3]) }
        var foreign = try TestMember("b", CipherSuite(rawValue: 3))
        foreign.capabilities.cipherSuites.append(Self.suite)
        let keyPackage = try foreign.keyPackage().keyPackage
        #expect(throws: MLSError(.invalidKeyPackage)) { try stage([keyPackage]) }
    }

    /// Whoever makes the branch is a member, and may be a hostile one.
    @Test func branchesThatAreNone() throws {
        let group = try TestGroup(["a", "b"])
        let state = try group.members[0].group
        let own = try group.members[1].keyPackage()
        let stranger = try TestMember("z", Self.suite).keyPackage().keyPackage
        var maker = group.members[0]
        try maker.create([5])
        func join(
            _ usage: ResumptionPSKUsage = .branch, adding others: [KeyPackage] = [], afterCommits count: Int = 0,
            in groupID: [UInt8]? = nil, continuing previous: Group? = nil
        ) throws {
            var maker = maker
            for _ in 0..<count { _ = try maker.commit() }
            let link = PreSharedKeyID.Key.resumption(
                usage: usage, groupID: groupID ?? state.groupID, epoch: state.epoch)
            let staged = try maker.stage(adding: [own.keyPackage] + others) {
                $0.link = link
                $0.preSharedKeys = [link: state.resumptionPSK]
            }
            _ = try Group.join(
                welcome(staged), keyPackage: own.keyPackage, privateKeys: own.privateKeys,
                continuing: previous ?? group.members[1].group, provider: group.members[1].provider)
        }
        try join()
        #expect(throws: MLSError(.invalidGroupInfo)) { try join(adding: [stranger]) }
        #expect(throws: MLSError(.invalidGroupInfo)) { try join(afterCommits: 1) }
        // The group was not ended, so that nothing starts it over.
        #expect(throws: MLSError(.invalidGroupInfo)) { try join(.reInit) }
        #expect(throws: MLSError(.missingKey)) { try join(in: [9]) }
        var other = try TestMember("b", Self.suite)
        try other.create([9])
        #expect(throws: MLSError(.missingKey)) { try join(continuing: try other.group) }
    }

    @Test func aBranchHasTheGroupsCipherSuite() throws {
        let group = try TestGroup(["a", "b"])
        let state = try group.members[0].group
        let suite = CipherSuite(rawValue: 3)
        var maker = try TestMember("a", suite)
        let joiner = try TestMember("b", suite)
        let own = try joiner.keyPackage()
        try maker.create([5])
        let link = PreSharedKeyID.Key.resumption(usage: .branch, groupID: state.groupID, epoch: state.epoch)
        let staged = try maker.stage(adding: [own.keyPackage]) {
            $0.link = link
            $0.preSharedKeys = [link: state.resumptionPSK]
        }
        #expect(throws: MLSError(.invalidGroupInfo)) {
            try Group.join(
                welcome(staged), keyPackage: own.keyPackage, privateKeys: own.privateKeys,
                continuing: group.members[1].group, provider: joiner.provider)
        }
    }

    /// Credentials that are equal are one client's without a question, so that large groups are compared in linear time.
    @Test func onlyWhoseCredentialChangedIsAskedAbout() throws {
        let group = try TestGroup((0..<12).map { "\($0)" })
        let own = try TestMember("11", Self.suite).keyPackage()
        let new = try TestMember("eleven", Self.suite).keyPackage()
        let asked = Mutex<Set<Credential>>([])
        var wanted = request(
            group.members[0], try group.members[1..<11].map { try $0.keyPackage().keyPackage } + [new.keyPackage])
        wanted.isSameClient = { one, other in
            asked.withLock { $0.formUnion([one, other]) }
            return true
        }
        let staged = try group.members[0].group.stageBranch(wanted, groupID: [5], policy: TestMember.policy)
        #expect(staged.merged.members.count == 12)
        let named = asked.withLock { $0 }
        #expect(named.contains(new.keyPackage.leafNode.credential))
        // The first one of the others was answer enough.
        #expect(named.count == 2)
        wanted.adding = [own.keyPackage]
        asked.withLock { $0 = [] }
        _ = try group.members[0].group.stageBranch(wanted, groupID: [6], policy: TestMember.policy)
        #expect(asked.withLock { $0 }.isEmpty)
    }
}
