import MLS
import MLSCodec
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

    /// A member that learns to read a type of credential, and has one of it from then on.
    @Test func anUpdateMayBringItsOwnCredentialType() throws {
        var members = try ["a", "b"].map { try TestMember($0, suite) }
        members[0].capabilities.credentials = [.basic, .x509]
        try members[0].create()
        let own = try members[1].keyPackage()
        let staged = try members[0].commit(adding: [own.keyPackage])
        try members[1].join(staged, with: own)
        var group = try TestGroup(["unused"])
        group.members = members
        var update = LeafUpdate(credential: .x509(certificates: [[1]]))
        update.capabilities = members[0].capabilities
        try group.propose(1) { try $0.proposeUpdate(update, framing: $1, signer: $2) }
        let committed = try group.members[0].commit()
        #expect(committed.proposals.map(\.proposal.type) == [.update])
        try group.deliver(committed.message, from: 0)
        try group.expectAgreement()
        #expect(try group.members[0].group.member(at: LeafIndex(1))?.credential.type == .x509)
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

    /// A pre-shared key twice, and a leaf with a parent's key: either would make every commit invalid.
    @Test func pendingProposalsThatSpoilTheCommitAreLeftOut() throws {
        var group = try TestGroup(["a", "b", "c"])
        let good = try TestMember("d", suite).keyPackage().keyPackage
        let key = PreSharedKeyID.Key.external(id: [1])
        let psk = PreSharedKeyID(key: key, nonce: [UInt8](repeating: 1, count: 32))
        let commit = try group.members[0].commit()
        try group.deliver(commit.message, from: 0)
        let tree = try RatchetTree(decoding: group.members[0].group.ratchetTree)
        guard case .parent(let parent)? = tree[tree.size.root] else {
            Issue.record("the root is blank")
            return
        }
        let client = try TestMember("e", suite)
        var content = try client.keyPackage().keyPackage.content
        content.leafNode.content.encryptionKey = parent.encryptionKey
        content.leafNode = try LeafNode.signed(
            content.leafNode.content, at: nil, with: client.signer.privateKey, provider: client.provider)
        let copying = KeyPackage(
            content: content,
            signature: try client.provider.signWithLabel(
                client.signer.privateKey, label: "KeyPackageTBS", content: content.encoded))
        func send(_ proposal: Proposal, from sender: Int) throws {
            let member = group.members[sender]
            let signed = try member.group.sign(
                .proposal(proposal), as: .publicMessage, authenticatedData: [], signer: member.signer.privateKey)
            try group.members[0].receive(try member.group.protect(signed, framing: .publicMessage))
        }
        try send(.preSharedKey(psk), from: 1)
        try send(.add(copying), from: 1)
        try send(.preSharedKey(psk), from: 2)
        try send(.add(good), from: 2)
        let pending = try group.members[0].group.pendingProposals
        let staged = try group.members[0].stage { $0.preSharedKeys = [key: SecretBytes([7])] }
        #expect(staged.proposals.map(\.reference) == [3, 0].map { pending[$0].reference })
    }

    /// Two Adds, each readable for the members, and one not for the other.
    @Test func pendingAddsThatCannotReadEachOtherAreNotBothCommitted() throws {
        var group = try TestGroup(["a", "b"])
        var types = Capabilities(cipherSuites: [suite])
        types.credentials = [.basic, .x509]
        for index in 0..<2 {
            let update = types
            let staged = try group.members[index].commit { $0.leafUpdate = LeafUpdate(capabilities: update) }
            try group.deliver(staged.message, from: index)
        }
        let plain = try TestMember("c", suite).keyPackage().keyPackage
        let client = try TestMember("d", suite)
        let certified = try KeyPackage.generate(
            provider: client.provider, credential: .x509(certificates: [[1]]), signer: client.signer,
            capabilities: types, lifetime: TestMember.lifetime
        ).keyPackage
        try group.propose(1) { try $0.proposeAdd(plain, policy: TestMember.policy, framing: $1, signer: $2) }
        try group.propose(1) { try $0.proposeAdd(certified, policy: TestMember.policy, framing: $1, signer: $2) }
        let pending = try group.members[0].group.pendingProposals
        #expect(try group.members[0].stage().proposals.map(\.reference) == [pending[0].reference])
    }

    /// A KeyPackage in place of a removed member's leaf takes that member's signature key: no pending Add can have it.
    @Test func aPendingAddThatClashesWithTheRequestIsLeftOut() throws {
        var group = try TestGroup(["a", "b", "c"])
        let requested = try group.members[1].keyPackage().keyPackage
        let other = try group.members[1].keyPackage().keyPackage
        try group.propose(2) { try $0.proposeAdd(other, policy: TestMember.policy, framing: $1, signer: $2) }
        try group.propose(2) { try $0.proposeRemove(LeafIndex(1), framing: $1, signer: $2) }
        let staged = try group.members[0].stage(adding: [requested])
        #expect(staged.proposals.map(\.proposal) == [.remove(LeafIndex(1)), .add(requested)])
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
        let framing = try group.members[0].framing()
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
        #expect(throws: MLSError(.malformed)) { try group.members[1].receive(.publicMessage(forged)) }
    }

    @Test func anotherKeyThanTheLeafsDoesNotSign() throws {
        var group = try TestGroup(["a", "b"])
        group.members[0].signer = try group.members[0].provider.generateSignatureKeyPair()
        #expect(throws: MLSError(.missingKey)) { try group.members[0].stage() }
        #expect(throws: MLSError(.missingKey)) { try group.members[0].encrypt("x") }
    }
}
