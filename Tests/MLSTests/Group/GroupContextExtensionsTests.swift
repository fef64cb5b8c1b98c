import MLS
import MLSCodec
import MLSCrypto
import Testing

/// Other extensions for the whole group (RFC 9420 §12.1.7).
@Suite struct GroupContextExtensionsTests {
    private let type = ExtensionType(rawValue: 0xf7c1)
    private let suite = CipherSuite.mls128DHKEMX25519AES128GCMSHA256Ed25519

    @Test(arguments: [false, true])
    func allMembersTakeThemOver(_ byReference: Bool) throws {
        var group = try TestGroup(["a", "b", "c"], suite, extensions: [.applicationID([1])], supporting: [type])
        let new = [
            Extension(type: type, data: [5]),
            .requiredCapabilities(RequiredCapabilities(extensionTypes: [type])),
        ]
        if byReference { try group.propose(2) { try $0.proposeExtensions(new, framing: $1, signer: $2) } }
        let staged = try group.members[0].commit { $0.extensions = byReference ? nil : new }
        #expect(staged.updated.map(\.leafIndex) == [LeafIndex(0)])
        try group.deliver(staged.message, from: 0)
        for member in group.members { #expect(try member.group.extensions == new) }
        try group.expectAgreement()
    }

    @Test func theyMustSuitEveryMemberOfTheNextEpoch() throws {
        var group = try TestGroup(["a", "b"], suite, supporting: [type])
        let unable = try TestMember("c", suite)
        let own = try unable.keyPackage()
        let new = [Extension(type: type, data: [5])]
        let required = [Extension.requiredCapabilities(RequiredCapabilities(extensionTypes: [type]))]
        _ = try group.members[0].stage { $0.extensions = new }
        for extensions in [new, required] {
            #expect(throws: MLSError(.invalidLeafNode)) {
                try group.members[0].stage(adding: [own.keyPackage]) { $0.extensions = extensions }
            }
        }
        let staged = try group.members[0].commit(adding: [own.keyPackage])
        try group.deliver(staged.message, from: 0)
        #expect(throws: MLSError(.invalidLeafNode)) { try group.members[0].stage { $0.extensions = new } }
        _ = try group.members[0].stage(removing: [LeafIndex(2)]) { $0.extensions = new }
    }

    /// One member lacks it, and the committer does not.
    @Test(arguments: [
        RequiredCapabilities(extensionTypes: [ExtensionType(rawValue: 0xf7c1)]),
        RequiredCapabilities(proposalTypes: [.selfRemove]), RequiredCapabilities(credentialTypes: [.x509]),
    ])
    func everyMemberMeetsWhatTheyRequire(_ required: RequiredCapabilities) throws {
        func member(_ name: String, isAble: Bool) throws -> TestMember {
            var member = try TestMember(name, suite)
            guard isAble else { return member }
            member.capabilities.extensions = [type]
            member.capabilities.proposals = [.selfRemove]
            member.capabilities.credentials = [.x509, .basic]
            return member
        }
        for isAble in [false, true] {
            var creator = try member("a", isAble: true)
            try creator.create()
            let packages = try [member("b", isAble: isAble), member("c", isAble: true)].map { try $0.keyPackage() }
            _ = try creator.commit(adding: packages.map(\.keyPackage))
            let extensions = [Extension.requiredCapabilities(required)]
            if isAble {
                _ = try creator.stage { $0.extensions = extensions }
            } else {
                #expect(throws: MLSError(.invalidLeafNode)) { try creator.stage { $0.extensions = extensions } }
            }
        }
    }

    /// New extensions count for the commit's other proposals too: here they ask for less (RFC 9420 §12.3).
    @Test func theyCountForAddsInTheSameCommit() throws {
        var group = try TestGroup(
            ["a", "b"], suite, extensions: [Extension(type: type, data: [5])], supporting: [type])
        var joiner = try TestMember("c", suite)
        let own = try joiner.keyPackage()
        #expect(throws: MLSError(.invalidLeafNode)) { try group.members[0].stage(adding: [own.keyPackage]) }
        let staged = try group.members[0].commit(adding: [own.keyPackage]) { $0.extensions = [] }
        try group.deliver(staged.message, from: 0)
        try joiner.join(staged, with: own)
        group.members.append(joiner)
        try group.expectAgreement()
    }

    /// A member proposes what another cannot live with: it is left out, and the group goes on.
    @Test func pendingOnesThatDoNotSuitAreLeftOut() throws {
        var group = try TestGroup(["a", "b"], suite, supporting: [type])
        let own = try TestMember("c", suite).keyPackage()
        try group.propose(1) {
            try $0.proposeExtensions([Extension(type: type, data: [5])], framing: $1, signer: $2)
        }
        #expect(try group.members[0].stage().proposals.count == 1)
        let staged = try group.members[0].stage(adding: [own.keyPackage])
        #expect(staged.proposals.map(\.proposal.type) == [.add])
    }

    @Test func aListWithATypeTwiceIsRefused() throws {
        var group = try TestGroup(["a"])
        #expect(throws: MLSError(.invalidGroupInfo)) {
            try group.members[0].stage { $0.extensions = [.applicationID([]), .applicationID([1])] }
        }
    }

    @Test func aProposalWithATypeTwiceIsRefused() throws {
        var group = try TestGroup(["a"])
        #expect(throws: MLSError(.invalidProposal)) {
            try group.propose(0) {
                try $0.proposeExtensions([.applicationID([]), .applicationID([1])], framing: $1, signer: $2)
            }
        }
    }

    /// Whoever has no use for `external_senders` refuses one all the same that nobody can read: an unknown type of credential
    /// in it is like one in a leaf (RFC 9420 §13.5).
    @Test func malformedOnesAreRefusedByAll() throws {
        let unknown = SignaturePublicKey([1]).encoded + ([0xf0, 1, 0] as [UInt8])
        for data in [[7], [UInt8(unknown.count)] + unknown] as [[UInt8]] {
            let malformed = [Extension(type: .externalSenders, data: data)]
            var group = try TestGroup(["a", "b"], suite)
            #expect(throws: MLSError(.invalidGroupInfo)) { try group.members[0].create([9], extensions: malformed) }
            #expect(throws: MLSError(.invalidGroupInfo)) { try group.members[0].stage { $0.extensions = malformed } }
            #expect(throws: MLSError(.invalidGroupInfo)) {
                try group.members[0].propose { try $0.proposeExtensions(malformed, framing: $1, signer: $2) }
            }
            let attacker = group.members[1]
            let signed = try attacker.group.sign(
                .proposal(.groupContextExtensions(malformed)), as: .publicMessage, authenticatedData: [],
                signer: attacker.signer.privateKey)
            let message = try attacker.group.protect(signed, framing: .publicMessage)
            #expect(throws: MLSError(.invalidGroupInfo)) { try group.members[0].receive(message) }
            #expect(try group.members[0].group.pendingProposals.isEmpty)
        }
    }
}
