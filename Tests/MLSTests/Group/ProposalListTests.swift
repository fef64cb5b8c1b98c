import MLS
import MLSCrypto
import Testing

/// What RFC 9420 §12.1, §12.2 and §7.3 forbid is refused when a commit is made, and by the members who receive one from
/// somebody who does not care.
@Suite struct ProposalListTests {
    private let suite = CipherSuite.mls128DHKEMX25519AES128GCMSHA256Ed25519

    @Test func invalidRequests() throws {
        var group = try TestGroup(["a", "b", "c"])
        let keyPackage = try TestMember("d", suite).keyPackage().keyPackage
        #expect(throws: MLSError(.invalidProposalList)) { try group.members[0].stage(removing: [LeafIndex(0)]) }
        #expect(throws: MLSError(.invalidProposalList)) {
            try group.members[0].stage(removing: [LeafIndex(1), LeafIndex(1)])
        }
        #expect(throws: MLSError(.invalidProposal)) { try group.members[0].stage(removing: [LeafIndex(3)]) }
        #expect(throws: MLSError(.invalidProposal)) { try group.members[0].stage(removing: [LeafIndex(.max)]) }
        #expect(throws: MLSError(.invalidLeafNode)) {
            try group.members[0].stage(adding: [keyPackage, keyPackage])
        }
        let member = try group.members[1].keyPackage().keyPackage
        #expect(throws: MLSError(.invalidLeafNode)) { try group.members[0].stage(adding: [member]) }
        // In place of the old leaf it is fine.
        _ = try group.members[0].stage(adding: [member], removing: [LeafIndex(1)])
    }

    @Test func keyPackagesOutsideThePolicyAreNotAdded() throws {
        var group = try TestGroup(["a", "b"])
        let client = try TestMember("c", suite)
        func keyPackage(_ lifetime: Lifetime) throws -> KeyPackage {
            try KeyPackage.generate(
                provider: client.provider, credential: client.credential, signer: client.signer,
                capabilities: client.capabilities, lifetime: lifetime
            ).keyPackage
        }
        let expired = try keyPackage(Lifetime(notBefore: 0, notAfter: TestMember.now - 1))
        let endless = try keyPackage(Lifetime(notBefore: 0, notAfter: .max))
        for bad in [expired, endless] {
            #expect(throws: MLSError(.invalidLifetime)) { try group.members[0].stage(adding: [bad]) }
        }

        // A member with another policy added it: for those who receive the commit it is no matter.
        let staged = try group.members[1].group.stageCommit(
            CommitRequest(adding: [endless], framing: .publicMessage),
            policy: LifetimePolicy(now: TestMember.now, maximumTotal: .max),
            signer: group.members[1].signer.privateKey)
        try group.members[0].receive(staged.message)
    }

    @Test func newMembersMustSupportTheGroup() throws {
        let type = ExtensionType(rawValue: 0xf7c1)
        let extensions = [
            Extension(type: type, data: [1]),
            .requiredCapabilities(RequiredCapabilities(extensionTypes: [type, .lastResort])),
        ]
        #expect(throws: MLSError(.invalidLeafNode)) { try TestGroup(["a"], suite, extensions: extensions) }
        #expect(throws: MLSError(.invalidLeafNode)) {
            try TestGroup(["a"], suite, extensions: extensions, supporting: [type])
        }
        var group = try TestGroup(["a", "b"], suite, extensions: extensions, supporting: [type, .lastResort])
        try group.expectAgreement()
        #expect(try group.members[1].group.extensions == extensions)
        let able = try TestMember("c", suite, extensions: [.lastResort, type]).keyPackage().keyPackage
        let unable = try TestMember("c", suite, extensions: [type]).keyPackage().keyPackage
        _ = try group.members[1].stage(adding: [able])
        #expect(throws: MLSError(.invalidLeafNode)) { try group.members[1].stage(adding: [unable]) }
    }

    @Test func extensionsOfAGroupHaveOneOfEachType() throws {
        #expect(throws: MLSError(.invalidGroupInfo)) {
            try TestGroup(["a"], suite, extensions: [.applicationID([1]), .applicationID([2])])
        }
    }

    @Test func aCredentialTypeThatNotAllReadIsRefused() throws {
        var group = try TestGroup(["a", "b"])
        var client = try TestMember("c", suite)
        client.capabilities.credentials = [.basic, .x509]
        let keyPackage = try KeyPackage.generate(
            provider: client.provider, credential: .x509(certificates: [[1]]), signer: client.signer,
            capabilities: client.capabilities, lifetime: TestMember.lifetime
        ).keyPackage
        #expect(throws: MLSError(.invalidLeafNode)) { try group.members[0].stage(adding: [keyPackage]) }
    }

    /// Of what is pending, the committer leaves out what it must not or cannot commit.
    @Test func pendingProposalsAreSelected() throws {
        var group = try TestGroup(["a", "b", "c", "d"])
        let client = try TestMember("e", suite).keyPackage().keyPackage
        try group.propose(0) { try $0.proposeUpdate(framing: $1, signer: $2) }
        try group.propose(1) { try $0.proposeUpdate(framing: $1, signer: $2) }
        try group.propose(1) { try $0.proposeUpdate(framing: $1, signer: $2) }
        try group.propose(2) { try $0.proposeUpdate(framing: $1, signer: $2) }
        try group.propose(3) { try $0.proposeRemove(LeafIndex(2), framing: $1, signer: $2) }
        try group.propose(1) { try $0.proposeRemove(LeafIndex(2), framing: $1, signer: $2) }
        try group.propose(3) { try $0.proposeRemove(LeafIndex(0), framing: $1, signer: $2) }
        try group.propose(3) { try $0.proposeAdd(client, policy: TestMember.policy, framing: $1, signer: $2) }
        try group.propose(1) { try $0.proposeAdd(client, policy: TestMember.policy, framing: $1, signer: $2) }
        #expect(try group.members[0].group.pendingProposals.count == 9)

        let staged = try group.members[0].stage()
        let pending = try group.members[0].group.pendingProposals
        let expected = [4, 2, 7].map { pending[$0].reference }
        #expect(staged.proposals.map(\.reference) == expected)
        try group.members[0].state?.merge(staged)
        for index in [1, 3] { try group.members[index].receive(staged.message) }
        group.members.remove(at: 2)
        try group.expectAgreement()
    }

    @Test func aCommitThatNamesAnUnknownProposalIsRefused() throws {
        var group = try TestGroup(["a", "b", "c"])
        let proposal = try group.members[0].propose { try $0.proposeUpdate(framing: $1, signer: $2) }
        try group.members[1].receive(proposal)
        let staged = try group.members[1].stage()
        #expect(throws: MLSError(.unknownProposal)) { try group.members[2].receive(staged.message) }
        // It can be delivered again, in the right order.
        try group.members[2].receive(proposal)
        try group.members[2].receive(staged.message)
    }

    @Test func proposalsAreCheckedWhenTheyArrive() throws {
        var group = try TestGroup(["a", "b"])
        let framing = group.members[0].framing()
        var state = try group.members[0].group
        #expect(throws: MLSError(.invalidProposal)) {
            try state.proposeRemove(LeafIndex(5), framing: framing, signer: group.members[0].signer.privateKey)
        }
        let message = try state.proposeUpdate(framing: .publicMessage, signer: group.members[0].signer.privateKey)
        guard case .publicMessage(var forged) = message else {
            Issue.record("not a PublicMessage")
            return
        }
        forged.content.sender = .member(LeafIndex(1))
        #expect(throws: MLSError(.authenticationFailed)) { try group.members[1].receive(.publicMessage(forged)) }
        forged.content.sender = .newMemberProposal
        forged.membershipTag = nil
        #expect(throws: MLSError(.unsupported)) { try group.members[1].receive(.publicMessage(forged)) }
    }

    @Test func anotherKeyThanTheLeafsDoesNotSign() throws {
        var group = try TestGroup(["a", "b"])
        group.members[0].signer = try group.members[0].provider.generateSignatureKeyPair()
        #expect(throws: MLSError(.missingKey)) { try group.members[0].stage() }
        #expect(throws: MLSError(.missingKey)) { try group.members[0].encrypt("x") }
    }
}
